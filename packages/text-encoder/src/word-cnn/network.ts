/**
 * The network of the word-CNN: a linear map of word counts, like the encoder paper's bag of words, and two convolutions over
 * the words' vectors, which see neighbouring words. Either the outputs of the convolutions are summed over the words, or they decide which role each word plays
 * (for example whether "red" describes petals or a centre), and the vectors are summed role by role. So the position of a phrase in a caption does not matter.
 */

import { rectify } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import type { WordCnnConfig } from './config.ts';

/** Words that the first and the second convolution see at once: half of the others to either side. */
const WIDTHS = { summed: [5, 3], roles: [7, 5] } as const;

/** The weights by name. In training they are variables. */
export type Weights = Readonly<Record<string, tf.Tensor>>;

/** Name → shape, in the order in which first weights are drawn. Kernels are [width, in, out] and [in, out]. */
export function wordCnnShapes(
  words: number,
  { wordDim, channels, roles, dim }: WordCnnConfig,
): Readonly<Record<string, readonly number[]>> {
  const [first, second] = roles === undefined ? WIDTHS.summed : WIDTHS.roles;
  const heard = roles ?? channels;
  return {
    'words/vectors': [words, wordDim],
    'words/kernel': [words, dim],
    'conv1/kernel': [first, wordDim, channels],
    'conv1/bias': [channels],
    'conv2/kernel': [second, channels, heard],
    'conv2/bias': [heard],
    'output/kernel': [roles === undefined ? channels : roles * wordDim, dim],
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

/** Embeddings [n, dim]. Places behind the last word are ignored, so a row does not depend on others. Call it within `tf.tidy`. */
export function wordCnn(weights: Weights, rows: WordRows, { roles }: Pick<WordCnnConfig, 'roles'>): tf.Tensor2D {
  const heard = roles === undefined ? summedContext(weights, rows) : playedRoles(weights, rows);
  const context = tf.matMul(heard, weights['output/kernel'] as tf.Tensor2D);
  return tf.add(tf.add(rows.counted, context), weights['output/bias']!);
}

/** [n, channels]: the output of the convolutions for every word and its neighbours, summed over the words. */
function summedContext(weights: Weights, { vectors, mask }: WordRows): tf.Tensor2D {
  const first = rectified(weights, 'conv1', vectors, mask);
  const second = tf.add<tf.Tensor4D>(first, rectified(weights, 'conv2', first, mask));
  return tf.squeeze<tf.Tensor2D>(tf.sum(second, 2), [1]);
}

/** [n, roles · wordDim]: for every role the sum of the words' vectors, weighted by the role's share of each word. */
function playedRoles(weights: Weights, { vectors, mask }: WordRows): tf.Tensor2D {
  const logits = convolved(weights, 'conv2', rectified(weights, 'conv1', vectors, mask));
  const shares = tf.mul<tf.Tensor4D>(tf.softmax(logits), mask);
  const [n, , places, wordDim] = vectors.shape;
  const roles = shares.shape[3];
  const summed = tf.matMul(
    tf.reshape<tf.Rank.R3>(shares, [n, places, roles]),
    tf.reshape<tf.Rank.R3>(vectors, [n, places, wordDim]),
    true,
  );
  return tf.reshape(summed, [n, roles * wordDim]);
}

function convolved(weights: Weights, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const kernel = weights[`${name}/kernel`] as tf.Tensor3D;
  const [width, inputs, outputs] = kernel.shape;
  const y = tf.conv2d(x, tf.reshape(kernel, [1, width, inputs, outputs]), 1, 'same');
  return tf.add(y, weights[`${name}/bias`]!);
}

function rectified(weights: Weights, name: string, x: tf.Tensor4D, mask: tf.Tensor4D): tf.Tensor4D {
  return tf.mul(rectify(convolved(weights, name, x), 'relu'), mask);
}

/** [n, 1, places, 1]: 1 for the words of each row. */
export function maskOf(rows: readonly (readonly number[])[], places: number): tf.Tensor4D {
  const values = new Float32Array(rows.length * places);
  rows.forEach((ids, row) => {
    values.fill(1, row * places, row * places + ids.length);
  });
  return tf.tensor4d(values, [rows.length, 1, places, 1]);
}
