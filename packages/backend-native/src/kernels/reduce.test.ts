import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { expectSameOnBoth, forRandomCases, normal, runOn } from '../test-support.ts';
import { awkward, randomPermutation, randomShape } from '../test-values.ts';
import { asMiddleAxis } from './reduce.ts';

const REDUCTIONS = { sum: tf.sum, mean: tf.mean, prod: tf.prod, max: tf.max, min: tf.min };

describe.each(Object.entries(REDUCTIONS))('%s', (_, reduction) => {
  it('equals the cpu backend over random axes, NaN and infinities included', () => {
    forRandomCases(60, (rng) => {
      // The cpu backend's mean of nothing is 0, see beyond-cpu.test.ts.
      const shape = reduction === tf.mean ? randomShape(rng).map((size) => size || 1) : randomShape(rng);
      const axes = randomPermutation(rng, shape.length).slice(0, rng.integer(shape.length + 1));
      const keepDims = rng.uniform() < 0.5;
      // Overflow in float32 differs from overflow in double only beyond 3.4e38: leave the largest numbers out.
      const x = awkward(rng, shape).map((v) => (Math.abs(v) > 1e30 && Number.isFinite(v) ? 1 : v));
      expectSameOnBoth(() => reduction(tf.tensor(x, shape), axes.length > 0 ? axes : undefined, keepDims), {
        relative: 1e-5,
        absolute: 1e-5,
      });
    });
  });

  // tfjs's gradient of prod needs chained operations, which nothing here imports.
  it.skipIf(reduction === tf.prod)('has the gradient of the cpu backend', () => {
    forRandomCases(5, (rng) => {
      const x = normal(rng, [4, 3, 5]);
      expectSameOnBoth(() => tf.grad((t) => tf.sum(tf.square(reduction(t, [0, 1]))))(tf.tensor3d(x, [4, 3, 5])), {
        relative: 1e-4,
        absolute: 1e-5,
      });
    });
  });

  it.each([
    [[100_003], [0]],
    [[3, 70_001], [1]],
    [[5000, 3], [0]],
    [[2, 3000, 64], [1]],
    [[700, 300], [0]],
    [[40, 3000], [0]],
    [
      [6, 9, 11, 70],
      [0, 1, 2],
    ],
    [
      [6, 9, 11, 7],
      [0, 2],
    ],
  ])('splits %j over %j into pieces', (shape, axes) => {
    forRandomCases(1, (rng) => {
      const x = rng.normal(shape.reduce((a, b) => a * b)).map((v) => 1 + v / 1000);
      expectSameOnBoth(() => reduction(tf.tensor(x, shape), axes), { relative: 2e-6 });
    });
  });
});

it('sums a million numbers to float precision', () => {
  const x = new Float32Array(1_000_000).fill(0.1);
  const [sum, mean] = runOn('native', () => [tf.sum(tf.tensor1d(x)), tf.mean(tf.tensor1d(x))]);
  expect(sum!.values[0]).toBe(Math.fround(1e6 * Math.fround(0.1)));
  expect(mean!.values[0]).toBe(Math.fround(0.1));
});

it('finds the first of the largest and smallest', () => {
  forRandomCases(30, (rng) => {
    const shape = [1 + rng.integer(5), 1 + rng.integer(40), 1 + rng.integer(5)];
    const x = awkward(rng, shape).map((v) => Math.round(v * 2) / 2);
    const axis = rng.integer(3);
    expectSameOnBoth(() => [tf.argMax(tf.tensor(x, shape), axis), tf.argMin(tf.tensor(x, shape), axis)]);
  });
});

it('leaves int32 and bool to the inherited kernels', () => {
  expectSameOnBoth(() => {
    const x = tf.tensor2d([1, 2, 3, -4], [2, 2], 'int32');
    return [tf.sum(x, 0), tf.max(x, 1), tf.mean(x), tf.sum(tf.greater(x, 1)), tf.argMax(x)];
  });
});

it('sees reduced neighbours as one axis', () => {
  expect(asMiddleAxis([2, 3, 4, 5], [1, 2])).toEqual({ batches: 2, length: 12, columns: 5 });
  expect(asMiddleAxis([2, 1, 4, 5], [0, 2])).toEqual({ batches: 1, length: 8, columns: 5 });
  expect(asMiddleAxis([2, 3], [])).toEqual({ batches: 6, length: 1, columns: 1 });
  expect(asMiddleAxis([2, 3, 4], [0, 2])).toBeUndefined();
});
