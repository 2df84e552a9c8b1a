/**
 * A penalty on the slope of D at real pairs, R1 (Mescheder et al. 2018, arXiv 1801.04406): it keeps D from growing steep where it should be flat.
 *
 * Its gradient needs second derivatives, ∂/∂θ of ½‖g‖² with g = ∂D/∂x. They are a derivative along g: ∂/∂θ of g·∂D/∂x = d/dε ∂/∂θ D(x + ε·g),
 * which one more pass through D takes as a difference. So every backend and every fused operation will do, of first order as they are.
 */

import { withSuspendedTape } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';

/** Mean length of the step from x in pixel values of [-1, 1], all pixels of an image together: far above rounding, far below an image's own length. */
const STEP = 0.1;
/** Keeps a slope of zero from dividing. */
const TINY = 1e-12;

export interface GradientPenalty {
  /** Mean of ‖∂D/∂x‖² over the images, a constant. */
  readonly squaredSlope: tf.Scalar;
  /** Its gradient is that of ½·`squaredSlope`; its value says nothing. */
  readonly surrogate: tf.Scalar;
}

/**
 * Call it where gradients are recorded.
 * @param logitsOf D as a function of images alone: logits [n, 1]
 * @param logits `logitsOf(images)`
 */
export function gradientPenalty(
  logitsOf: (images: tf.Tensor) => tf.Tensor,
  images: tf.Tensor,
  logits: tf.Tensor,
): GradientPenalty {
  const rows = images.shape[0]!;
  const { squaredSlope, moved, step } = withSuspendedTape(() => {
    const slope = tf.grad((x) => tf.sum(logitsOf(x)))(images);
    const squared = tf.div<tf.Scalar>(tf.sum(tf.square(slope)), rows);
    const factor = tf.div(STEP, tf.sqrt(tf.add(squared, TINY)));
    return { squaredSlope: squared, moved: tf.add(images, tf.mul(slope, factor)), step: factor };
  });
  const rise = tf.div(tf.sub(tf.sum(logitsOf(moved)), tf.sum(logits)), tf.mul(step, rows));
  return { squaredSlope, surrogate: rise as tf.Scalar };
}
