/** Training-mode batch normalisation and its gradient (Ioffe & Szegedy 2015, section 3) in stock operations. */

import * as tf from '@tensorflow/tfjs-core';
import { add, div, mul, reshape, square, sub } from '@tensorflow/tfjs-core';
import type { BatchNormTrainingAttrs, BatchNormTrainingGradInputs, BatchNormTrainingInputs } from './kernels.ts';
import { rectify, slopeBelowZero } from './rectify.ts';
import type { TensorsOf } from './run-kernel.ts';

function asRows(x: tf.Tensor): tf.Tensor2D {
  const channels = x.shape.at(-1)!;
  return reshape(x, [x.size / channels, channels]);
}

/** Σ over the rows of [M, C]. As a product with ones, because reductions over a leading axis transpose all of x first. */
function columnSums(x: tf.Tensor2D): tf.Tensor1D {
  const [rows, channels] = x.shape;
  return reshape(tf.matMul(tf.ones<tf.Rank.R2>([1, rows]), x), [channels]);
}

/** `[y, mean, variance]`. */
export function composeBatchNormTraining(
  { x, gamma, beta }: TensorsOf<BatchNormTrainingInputs>,
  { epsilon, activation, alpha }: BatchNormTrainingAttrs,
): tf.Tensor[] {
  const rows = asRows(x); // [M, C]
  const mean: tf.Tensor1D = div(columnSums(rows), rows.shape[0]);
  const variance: tf.Tensor1D = div(columnSums(square(sub<tf.Tensor2D>(rows, mean))), rows.shape[0]);
  const normalised = tf.batchNorm(rows, mean, variance, beta as tf.Tensor1D, gamma as tf.Tensor1D, epsilon);
  return [reshape(rectify(normalised, activation, alpha), x.shape), mean, variance];
}

/** `[dx, dgamma, dbeta]`. */
export function composeBatchNormTrainingGrad(
  { dy, x, gamma, beta, mean, variance }: TensorsOf<BatchNormTrainingGradInputs>,
  attrs: BatchNormTrainingAttrs,
): tf.Tensor[] {
  const count = x.size / mean.size; // M
  const inverse = tf.rsqrt(add(variance, attrs.epsilon)); // 1/σ
  const scale = mul(gamma, inverse); // γ/σ
  const centred: tf.Tensor2D = sub(asRows(x), mean); // x − μ, [M, C]
  let dz = asRows(dy); // gradient at z = γ·x̂ + β, before the activation
  if (attrs.activation !== 'linear') {
    const z = add(mul(centred, scale), beta);
    dz = mul(dz, tf.step(z, slopeBelowZero(attrs.activation, attrs.alpha)));
  }
  const dbeta = columnSums(dz);
  const dgamma = mul(columnSums(mul(dz, centred)), inverse); // Σ dz·x̂
  // dx = γ/σ · (dz − Σdz/M − x̂·Σ(dz·x̂)/M), its per-channel factors multiplied out first
  const slope = div(mul(mul(scale, inverse), dgamma), -count);
  const offset = div(mul(scale, dbeta), -count);
  const dx = add(add(mul(dz, scale), mul(centred, slope)), offset);
  return [reshape(dx, x.shape), dgamma, dbeta];
}
