/** Vectors of length 1. */

import * as tf from '@tensorflow/tfjs-core';

/** Each row divided by its length; a row of zeros stays unchanged. */
export function normaliseRows(x: tf.Tensor2D): tf.Tensor2D {
  return tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), 1, true), 1e-12)));
}
