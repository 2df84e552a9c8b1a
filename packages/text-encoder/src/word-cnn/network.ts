/**
 * The network of the word-CNN: a linear map of word counts, as the encoder paper's bag of words, and beside it two convolutions over
 * the words' vectors, which hear what stands next to what. Both are summed over the words, so where in a caption a phrase stands is all the same.
 */

import { rectify } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import type { WordCnnConfig } from './config.ts';

const FIRST_WIDTH = 5; // words that the first convolution sees at once: two to either side
const SECOND_WIDTH = 3;

/** The weights by name; what is trained has variables here. */
export type Weights = Readonly<Record<string, tf.Tensor>>;

/** Name → shape, in the order in which first weights are drawn. Kernels are [width, in, out] and [in, out]. */
export function wordCnnShapes(
  words: number,
  { wordDim, channels, dim }: WordCnnConfig,
): Readonly<Record<string, readonly number[]>> {
  return {
    'words/vectors': [words, wordDim],
    'words/kernel': [words, dim],
    'conv1/kernel': [FIRST_WIDTH, wordDim, channels],
    'conv1/bias': [channels],
    'conv2/kernel': [SECOND_WIDTH, channels, channels],
    'conv2/bias': [channels],
    'output/kernel': [channels, dim],
    'output/bias': [dim],
  };
}

/** Captions as their words' vectors, side by side. */
export interface WordRows {
  /** [n, 1, places, wordDim]; zero behind the last word of a row. */
  readonly vectors: tf.Tensor4D;
  /** [n, 1, places, 1]: 1 where a word is. */
  readonly mask: tf.Tensor4D;
  /** [n, dim]: the sum of the rows of `words/kernel`. */
  readonly counted: tf.Tensor2D;
}

/** Embeddings [n, dim]. What is behind the last word counts for nothing, so a row does not depend on others. Call it within `tf.tidy`. */
export function wordCnn(weights: Weights, { vectors, mask, counted }: WordRows): tf.Tensor2D {
  const first = convolved(weights, 'conv1', vectors, mask);
  const second = tf.add<tf.Tensor4D>(first, convolved(weights, 'conv2', first, mask));
  const heard = tf.squeeze<tf.Tensor2D>(tf.sum(second, 2), [1]);
  const context = tf.matMul(heard, weights['output/kernel'] as tf.Tensor2D);
  return tf.add(tf.add(counted, context), weights['output/bias']!);
}

function convolved(weights: Weights, name: string, x: tf.Tensor4D, mask: tf.Tensor4D): tf.Tensor4D {
  const kernel = weights[`${name}/kernel`] as tf.Tensor3D;
  const [width, inputs, outputs] = kernel.shape;
  const y = tf.conv2d(x, tf.reshape(kernel, [1, width, inputs, outputs]), 1, 'same');
  return tf.mul(rectify(tf.add<tf.Tensor4D>(y, weights[`${name}/bias`]!), 'relu'), mask);
}

/** [n, 1, places, 1]: 1 for the words of each row. */
export function maskOf(rows: readonly (readonly number[])[], places: number): tf.Tensor4D {
  const values = new Float32Array(rows.length * places);
  rows.forEach((ids, row) => {
    values.fill(1, row * places, row * places + ids.length);
  });
  return tf.tensor4d(values, [rows.length, 1, places, 1]);
}
