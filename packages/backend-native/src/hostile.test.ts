import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { hostileCase } from '../hostile/case.ts';
import { compareOutcomes } from '../hostile/compare-outcomes.ts';
import { KINDS } from '../hostile/kinds.ts';
import { runCases } from '../hostile/run-cases.ts';
import './index.ts';
import { KernelError } from './kernel-error.ts';

it('knows how to call every kernel', () => {
  const kernels = tf.getKernelsForBackend('native').map(({ kernelName }) => kernelName);
  expect(Object.keys(KINDS).sort()).toEqual(kernels.sort());
});

it('makes the same case from the same number', () => {
  expect(hostileCase(3, 77)).toEqual(hostileCase(3, 77));
  expect(hostileCase(3, 77)).not.toEqual(hostileCase(4, 77));
});

/** `sanitize.mjs` runs fewer cases, because each takes much longer. `pnpm hostile` runs any number. */
it('computes or rejects hostile arguments like the cpu backend and the specification', async () => {
  const cases = Number(process.env.T2I_HOSTILE_CASES ?? 2000);
  const { faults, comparisons } = await runCases({ seed: 1, first: 0, cases, secondsPerCase: 300 });
  expect(faults).toEqual([]);
  expect(Object.values(comparisons).reduce((sum, count) => sum + count)).toBe(cases);
  expect(comparisons.equal).toBeGreaterThan(cases / 4);
}, 1_800_000);

it('names the case that ends the process or never returns, and continues with the next one', async () => {
  const worker = fileURLToPath(new URL('../hostile/__fixtures__/dying-worker.mjs', import.meta.url));
  const report = await runCases({ seed: 1, first: 0, cases: 6, secondsPerCase: 3, worker });
  expect(report.faults.map(({ number }) => number)).toEqual([1, 3]);
  expect(report.faults[0]!.what).toMatch(/SEGV/);
  expect(report.faults[0]!.kernel).toBe(hostileCase(1, 1).kernel);
  expect(report.faults[0]!.call).toMatch(/^case 1, /);
  expect(report.faults[1]!.what).toBe('does not return within 3 s');
  expect(report.comparisons).toEqual({ equal: 3, fault: 2, 'the cpu backend does not survive it': 1 });
}, 600_000);

it('reports wrong results and unjustified errors as faults', () => {
  const one = { ...hostileCase(1, 0), arguments: { inputs: {}, attrs: {} } };
  const tensor = (...values: number[]) => ({
    tensors: [{ shape: [values.length], dtype: 'float32', values: Float32Array.from(values) }],
  });
  expect(compareOutcomes(one, tensor(1, 2), tensor(1, 2)).result).toBe('equal');
  expect(compareOutcomes(one, tensor(1, 2), tensor(1, 3)).result).toBe('fault');
  expect(compareOutcomes(one, tensor(1, NaN), tensor(1, 2)).result).toBe('fault');
  expect(compareOutcomes(one, tensor(1), { error: new Error('no') }).result).toBe('fault');
  expect(compareOutcomes(one, { error: new Error('no') }, tensor(1)).result).toBe('fault');
  expect(compareOutcomes(one, { error: new KernelError('for no reason') }, tensor(1)).result).toBe('fault');
  expect(compareOutcomes(one, { error: new KernelError('the axes [0,0] name one axis twice') }, tensor(1)).result).toBe(
    'rejected',
  );
  expect(compareOutcomes(one, { error: new KernelError('no') }, { error: new Error('no') }).result).toBe(
    'rejected by both',
  );
});
