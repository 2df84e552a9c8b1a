import { fakeEnvironment } from '@t2i/test-utils/fakes/environment';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { inspectBackendsIn } from './inspect-backends.ts';
import { selectBackend } from './select-backend.ts';

it('reports any error of a backend', async () => {
  await selectBackend({ prefer: 'cpu' });
  const environment = fakeEnvironment({
    '@t2i/backend-native': { nativeStatus: () => ({ available: true, threads: 1 }) },
    webgpu: new RangeError('Array buffer allocation failed'),
  });
  const reports = await inspectBackendsIn(environment);
  expect(await inspectBackendsIn(environment, { names: ['webgpu'] })).toEqual([reports[3]]);
  expect(reports).toMatchObject([
    { name: 'native', available: false, problem: expect.stringMatching(/'native' not found/) },
    { name: 'node-gpu', available: false },
    { name: 'node', available: false },
    { name: 'webgpu', available: false, problem: expect.stringMatching(/allocation failed/) },
    { name: 'wasm', available: true },
    { name: 'cpu', available: true },
  ]);
});

it('reports every backend and restores the current one', async () => {
  await selectBackend({ prefer: 'cpu' });
  const before = tf.memory().numTensors;
  const environment = fakeEnvironment();
  const reports = await inspectBackendsIn(environment, { measure: true });
  expect(reports.map(({ name, available }) => [name, available])).toEqual([
    ['native', false],
    ['node-gpu', false],
    ['node', false],
    ['webgpu', false],
    ['wasm', true],
    ['cpu', true],
  ]);
  for (const report of reports) {
    if (report.available) expect(report.gflops).toBeGreaterThan(0);
    else expect(report).toMatchObject({ problem: expect.stringMatching(/installed/), hint: expect.any(String) });
  }
  expect(tf.getBackend()).toBe('cpu');
  expect(tf.memory().numTensors).toBe(before);
});
