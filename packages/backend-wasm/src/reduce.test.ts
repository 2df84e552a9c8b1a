import { assert, Rng } from '@t2i/core';
import {
  between,
  expectSame,
  expectSameWithGradients,
  randomValues,
  startBackends,
  toTensor,
} from '@t2i/test-utils/kernels/compare';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startWasm } from './start-wasm.ts';

beforeAll(() => startBackends('wasm', () => startWasm()));

describe.each([
  ['sum', tf.sum],
  ['mean', tf.mean],
] as const)('%s', (_, reduce) => {
  it('over any axes is that of the cpu backend, with its gradient', async () => {
    const rng = new Rng(1);
    for (let i = 0; i < 40; i++) {
      const shape = Array.from({ length: between(rng, 1, 5) }, () => rng.pick([1, 2, 3, 5, 8]));
      const axes = shape.map((_, axis) => axis).filter(() => rng.uniform() < 0.5);
      const keepDims = rng.uniform() < 0.5;
      await expectSameWithGradients(`[${shape}] over [${axes}]`, [randomValues(rng, shape)], (x) =>
        reduce(x!, rng.shuffle([...axes]), keepDims),
      );
    }
  });

  it.each(
    [
      [4096, 5],
      [257, 3],
      [2, 6400, 3],
      [64, 8, 8, 12],
      [3, 96, 2],
      [0, 3],
    ].map((shape) => ({ shape })),
  )('of many rows is that of the cpu backend: $shape', async ({ shape }) => {
    const x = randomValues(new Rng(2), shape);
    await expectSame(`${shape}`, [x], (x) => reduce(x!, 0));
    await expectSame(`${shape}`, [x], (x) => reduce(x!, [...shape.keys()].slice(0, -1)));
    if (shape.length > 2) await expectSame(`${shape}`, [x], (x) => reduce(x!, 1));
  });

  it('takes other types', async () => {
    const x = { shape: [4, 3], dtype: 'int32' as const, values: Array.from({ length: 12 }, (_, i) => i - 4) };
    await expectSame('int32', [x], (x) => reduce(x!, 0));
    await expectSame('bool', [x], (x) => reduce(tf.greater(x!, 0), 0));
  });
});

describe('sum', () => {
  it('of whole numbers is exact', async () => {
    await tf.setBackend('wasm');
    const rows = 2 ** 9 * 3;
    const total = tf.tidy(() => tf.sum(tf.ones([rows, 4]), 0).dataSync());
    expect([...total]).toEqual([rows, rows, rows, rows]);
  });

  it('loses less to rounding than adding one by one in float32', async () => {
    await tf.setBackend('wasm');
    const rows = 2 ** 16;
    const x = randomValues(new Rng(3), [rows, 2]);
    const actual = tf.tidy(() => tf.sum(toTensor(x), 0).dataSync());
    let exact = 0;
    let naive = Math.fround(0);
    for (let row = 0; row < rows; row++) {
      exact += x.values[2 * row]!;
      naive = Math.fround(naive + x.values[2 * row]!);
    }
    assert(naive !== exact, 'the example must round');
    expect(Math.abs(actual[0]! - exact)).toBeLessThan(Math.abs(naive - exact));
  });
});
