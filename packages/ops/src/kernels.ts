/**
 * The contract with compute backends: names, inputs, attributes and outputs of the fused kernels.
 * A backend that registers one of these names (`tf.registerKernel`) uses its own kernel; every other backend runs a composition.
 */

import type { TensorInfo } from '@tensorflow/tfjs-core';

/** The rectifier that follows a batch normalisation: identity, max(0, x), or x > 0 ? x : alpha·x. */
export type RectifierName = 'linear' | 'relu' | 'leakyRelu';

/** `[y, mean, variance]` of `BatchNormTrainingInputs`. */
export const BATCH_NORM_TRAINING = 'T2iBatchNormTraining';

/** Input x is [..., C]; gamma and beta are [C]. */
export interface BatchNormTrainingInputs {
  readonly x: TensorInfo;
  readonly gamma: TensorInfo;
  readonly beta: TensorInfo;
}

/**
 * y = act(gamma·(x − mean) / √(variance + epsilon) + beta), shaped like x;
 * mean and variance (biased, divided by the row count) are [C], over all axes but the last.
 */
export interface BatchNormTrainingAttrs {
  readonly epsilon: number;
  readonly activation: RectifierName;
  /** Slope of 'leakyRelu' below zero; other activations ignore it. */
  readonly alpha: number;
}

/** `[dx, dgamma, dbeta]` of `BatchNormTrainingGradInputs`; attributes are those of the forward kernel. */
export const BATCH_NORM_TRAINING_GRAD = 'T2iBatchNormTrainingGrad';

/** The forward kernel's inputs and moments with dy, shaped like x. The activation's mask is recomputed from x. */
export interface BatchNormTrainingGradInputs extends BatchNormTrainingInputs {
  readonly dy: TensorInfo;
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
}

/** `[dx]` of `RectifierGradInputs`. */
export const RECTIFIER_GRAD = 'T2iRectifierGrad';

/** Two tensors of one shape; x is the input of the rectifier. */
export interface RectifierGradInputs {
  readonly dy: TensorInfo;
  readonly x: TensorInfo;
}

/** dx = x > 0 ? dy : alpha·dy. */
export interface RectifierGradAttrs {
  /** Slope below zero; 0 for 'relu'. */
  readonly alpha: number;
}

/** `[variable', m', v']` of `AdamInputs`. */
export const ADAM = 'T2iAdam';

/** Four tensors of one shape. */
export interface AdamInputs {
  readonly variable: TensorInfo;
  readonly m: TensorInfo;
  readonly v: TensorInfo;
  readonly gradient: TensorInfo;
}

/**
 * m' = beta1·m + (1 − beta1)·g;  v' = beta2·v + (1 − beta2)·g²;
 * variable' = variable − learningRate/correction1 · m' / (√(v'/correction2) + epsilon).
 */
export interface AdamAttrs {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** 1 − beta1^t, t counting steps from 1. */
  readonly correction1: number;
  /** 1 − beta2^t. */
  readonly correction2: number;
}

/** `[variable', meanSquare']` of `RmsPropInputs`. */
export const RMS_PROP = 'T2iRmsProp';

/** Three tensors of one shape. */
export interface RmsPropInputs {
  readonly variable: TensorInfo;
  readonly meanSquare: TensorInfo;
  readonly gradient: TensorInfo;
}

/** meanSquare' = decay·meanSquare + (1 − decay)·g²;  variable' = variable − learningRate · g / (√meanSquare' + epsilon). */
export interface RmsPropAttrs {
  readonly learningRate: number;
  readonly decay: number;
  /** Outside the root. */
  readonly epsilon: number;
}

/** `[y]` of `WeightedSumInputs`. */
export const WEIGHTED_SUM = 'T2iWeightedSum';

/** Two tensors of one shape. */
export interface WeightedSumInputs {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
}

/** y = weightA·a + weightB·b. */
export interface WeightedSumAttrs {
  readonly weightA: number;
  readonly weightB: number;
}
