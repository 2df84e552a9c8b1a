/** The operation of moving averages: a step updates dozens of running statistics and averaged weights. */

import * as tf from '@tensorflow/tfjs-core';
import { WEIGHTED_SUM, type WeightedSumAttrs, type WeightedSumInputs } from './kernels.ts';
import { type FusedKernel, runKernel } from './run-kernel.ts';

const KERNEL: FusedKernel<WeightedSumInputs, WeightedSumAttrs> = {
  kernelName: WEIGHTED_SUM,
  composed: ({ a, b }, { weightA, weightB }) => [tf.add(tf.mul(a, weightA), tf.mul(b, weightB))],
  gradient: {
    gradFunc: (dy, _, attrs) => {
      const { weightA, weightB } = attrs as unknown as WeightedSumAttrs;
      return { a: () => tf.mul(dy as tf.Tensor, weightA), b: () => tf.mul(dy as tf.Tensor, weightB) };
    },
  },
};

/**
 * weightA·a + weightB·b, of two tensors of one shape.
 * @example
 * average.assign(weightedSum(average, value, 0.99, 0.01));
 */
export function weightedSum<T extends tf.Tensor>(a: T, b: T, weightA: number, weightB: number): T {
  tf.util.assertShapesMatch(a.shape, b.shape, 'weightedSum:');
  return runKernel(KERNEL, { a, b }, { weightA, weightB })[0] as T;
}
