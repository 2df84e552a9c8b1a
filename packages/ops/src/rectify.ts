/** The rectifiers with a gradient in one pass; tfjs compares, scales and selects in three. */

import * as tf from '@tensorflow/tfjs-core';
import { RECTIFIER_GRAD, type RectifierGradAttrs, type RectifierGradInputs, type RectifierName } from './kernels.ts';
import { type FusedKernel, runKernel } from './run-kernel.ts';

/** A rectifier's slope below zero. */
export function slopeBelowZero(activation: RectifierName, alpha: number): number {
  return { linear: 1, relu: 0, leakyRelu: alpha }[activation];
}

const GRADIENT_KERNEL: FusedKernel<RectifierGradInputs, RectifierGradAttrs> = {
  kernelName: RECTIFIER_GRAD,
  composed: ({ dy, x }, { alpha }) => [tf.mul(dy, tf.step(x, alpha))],
};

/**
 * x itself, max(0, x), or x > 0 ? x : alpha·x. At zero the gradient is that of the negative side, as in Torch.
 * @param alpha slope of 'leakyRelu' below zero
 */
export function rectify<T extends tf.Tensor>(x: T, activation: RectifierName, alpha = 0.2): T {
  if (activation === 'linear') return x;
  const apply = tf.customGrad((...args) => {
    const [input, save] = args as [tf.Tensor, tf.GradSaveFunc];
    save([input]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      runKernel(GRADIENT_KERNEL, { dy, x: saved[0]! }, { alpha: slopeBelowZero(activation, alpha) });
    return { value: activation === 'relu' ? tf.relu(input) : tf.leakyRelu(input, alpha), gradFunc };
  });
  return apply(x) as T;
}

/** x > level ? x : 0, Torch's `nn.Threshold(level, 0)`; with `level` ≥ 0, its gradient is dy where y > 0. */
export function threshold<T extends tf.Tensor>(x: T, level: number): T {
  const apply = tf.customGrad((...args) => {
    const [input, save] = args as [tf.Tensor, tf.GradSaveFunc];
    const y = tf.where(tf.greater(input, level), input, tf.zerosLike(input));
    save([y]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      runKernel(GRADIENT_KERNEL, { dy, x: saved[0]! }, { alpha: 0 });
    return { value: y, gradFunc };
  });
  return apply(x) as T;
}
