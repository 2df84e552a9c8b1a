import type { Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { expectSameOnBoth, forRandomCases, normal, runOn } from '../test-support.ts';

const SIZES = [0, 1, 2, 3, 7, 13, 14, 15, 16, 31, 32, 33, 47, 64, 100, 129, 257, 300];

function operands(rng: Rng, batchA: number[], batchB: number[], transposeA: boolean, transposeB: boolean) {
  const [m, n, k] = [0, 1, 2].map(() => SIZES[rng.integer(SIZES.length)]!) as [number, number, number];
  const shapeA = [...batchA, ...(transposeA ? [k, m] : [m, k])];
  const shapeB = [...batchB, ...(transposeB ? [n, k] : [k, n])];
  return { n, a: normal(rng, shapeA), b: normal(rng, shapeB), bias: normal(rng, [n]), shapeA, shapeB };
}

describe('matMul', () => {
  it('equals the cpu backend for random sizes, transposes and batches', () => {
    forRandomCases(60, (rng) => {
      const [transposeA, transposeB] = [rng.uniform() < 0.5, rng.uniform() < 0.5];
      const batch = [[], [3], [2, 2]][rng.integer(3)]!;
      const batchB = rng.uniform() < 0.3 && batch.length === 1 ? [1] : batch;
      const { a, b, shapeA, shapeB } = operands(rng, batch, batchB, transposeA, transposeB);
      expectSameOnBoth(() => tf.matMul(tf.tensor(a, shapeA), tf.tensor(b, shapeB), transposeA, transposeB), {
        relative: 1e-4,
        absolute: 1e-4,
      });
    });
  });

  it('has the gradients of the cpu backend', () => {
    forRandomCases(10, (rng) => {
      const { a, b, shapeA, shapeB } = operands(rng, [], [], false, true);
      expectSameOnBoth(
        () =>
          tf.grads((x, y) => tf.sum(tf.square(tf.matMul(x!, y!, false, true))))([
            tf.tensor(a, shapeA),
            tf.tensor(b, shapeB),
          ]),
        { relative: 1e-3, absolute: 1e-2 },
      );
    });
  });

  it('fuses bias and every activation', () => {
    const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;
    forRandomCases(21, (rng) => {
      const { a, b, bias, n, shapeA, shapeB } = operands(rng, [], [], false, false);
      const activation = activations[rng.integer(activations.length)]!;
      expectSameOnBoth(
        () => {
          const slopes = activation === 'prelu' ? { preluActivationWeights: tf.tensor(bias, [n]) } : {};
          return tf.fused.matMul({
            a: tf.tensor2d(a, shapeA as [number, number]),
            b: tf.tensor2d(b, shapeB as [number, number]),
            bias: tf.tensor(bias, [n]),
            activation,
            leakyreluAlpha: 0.2,
            ...slopes,
          });
        },
        { relative: 1e-4, absolute: 1e-4 },
      );
    });
  });

  it('passes NaN and infinity on to the rows they belong to, and no others', () => {
    const a = new Float32Array(20 * 9).fill(1);
    a[0] = Number.NaN;
    a[9] = Number.POSITIVE_INFINITY;
    const [product] = runOn('native', () => tf.matMul(tf.tensor(a, [20, 9]), tf.ones([9, 33])));
    expect([...product!.values.subarray(0, 33)].every(Number.isNaN)).toBe(true);
    expect([...product!.values.subarray(33, 66)].every((v) => v === Number.POSITIVE_INFINITY)).toBe(true);
    expect([...product!.values.subarray(66)].every((v) => v === 9)).toBe(true);
  });

  it('multiplies integers with the inherited kernel', () => {
    expectSameOnBoth(() =>
      tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), tf.tensor2d([5, 6, 7, 8], [2, 2], 'int32')),
    );
  });

  it('refuses operands that do not fit', () => {
    tf.setBackend('native');
    expect(() => tf.matMul(tf.ones([2, 3]), tf.ones([2, 3]))).toThrow(/inner/i);
  });
});
