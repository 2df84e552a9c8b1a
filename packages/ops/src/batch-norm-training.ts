/** Batch normalisation by the batch's own statistics, with the rectifier that follows it, as one differentiable operation. */

import * as tf from '@tensorflow/tfjs-core';
import { composeBatchNormTraining, composeBatchNormTrainingGrad } from './batch-norm-composed.ts';
import {
  BATCH_NORM_TRAINING,
  BATCH_NORM_TRAINING_GRAD,
  type BatchNormTrainingAttrs,
  type BatchNormTrainingGradInputs,
  type BatchNormTrainingInputs,
  type RectifierName,
} from './kernels.ts';
import { type FusedKernel, runKernel } from './run-kernel.ts';

/** How to normalise. */
export interface BatchNormTrainingOptions {
  /** Added to the variance under the root. 1e-5 as in Torch. */
  readonly epsilon?: number;
  /** The activation after the normalisation. */
  readonly activation?: RectifierName;
  /** Slope of 'leakyRelu' below zero. */
  readonly alpha?: number;
}

/** A normalised batch and the statistics it was normalised by, both [C]. Gradients flow through `y` only. */
export interface BatchNormTrainingResult<T extends tf.Tensor> {
  readonly y: T;
  readonly mean: tf.Tensor1D;
  /** Biased: the mean squared deviation. Torch's running variance is M/(M − 1) times this, with M rows. */
  readonly variance: tf.Tensor1D;
}

const GRADIENT_KERNEL: FusedKernel<BatchNormTrainingGradInputs, BatchNormTrainingAttrs> = {
  kernelName: BATCH_NORM_TRAINING_GRAD,
  composed: composeBatchNormTrainingGrad,
};

const KERNEL: FusedKernel<BatchNormTrainingInputs, BatchNormTrainingAttrs> = {
  kernelName: BATCH_NORM_TRAINING,
  composed: composeBatchNormTraining,
  gradient: {
    inputsToSave: ['x', 'gamma', 'beta'],
    outputsToSave: [false, true, true],
    gradFunc: (dys, saved, attrs) => {
      const [dy] = dys as tf.Tensor[];
      const [x, gamma, beta, mean, variance] = saved;
      const inputs = { dy: dy!, x: x!, gamma: gamma!, beta: beta!, mean: mean!, variance: variance! };
      const [dx, dgamma, dbeta] = runKernel(GRADIENT_KERNEL, inputs, attrs as unknown as BatchNormTrainingAttrs);
      return { x: () => dx!, gamma: () => dgamma!, beta: () => dbeta! };
    },
  },
};

/**
 * y = act(gamma·(x − mean)/√(variance + epsilon) + beta) with the moments of x over all axes but the last.
 * @param x [..., C], at least one row
 * @param gamma [C]
 * @param beta [C]
 */
export function batchNormTraining<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  { epsilon = 1e-5, activation = 'linear', alpha = 0.2 }: BatchNormTrainingOptions = {},
): BatchNormTrainingResult<T> {
  const channels = x.shape.at(-1) ?? 0;
  for (const [name, vector] of Object.entries({ gamma, beta })) {
    tf.util.assert(
      vector.rank === 1 && vector.size === channels && channels > 0,
      () => `batchNormTraining: ${name} is [${vector.shape}], x is [${x.shape}]: ${name} must be [${channels}]`,
    );
  }
  const [y, mean, variance] = runKernel(KERNEL, { x, gamma, beta }, { epsilon, activation, alpha });
  return { y: y as T, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
}
