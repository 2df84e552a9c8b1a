/**
 * The network of the char-CNN-RNN (Reed et al. 2016, arXiv 1605.05395, section 4.2; `HybridCNN.lua`, `FixedRNN.lua`, `FixedGRU.lua`):
 * three convolutions over characters, a recurrence over their output, the mean of its steps, a linear map.
 */

import { sizeOf } from '@t2i/core';
import { threshold } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import { normaliseRows } from '../normalise-rows.ts';
import { ALPHABET } from './alphabet.ts';
import type { CharCnnRnnConfig, Recurrence } from './config.ts';
import { gatedRecurrence, rectifiedRecurrence, type Weights } from './recurrence.ts';

/** The convolutions by recurrence: the stride of the pool behind it (1: none), and the columns that it makes of 201 characters. */
const LAYERS: Readonly<Record<Recurrence, readonly { name: string; stride: number; columns: number }[]>> = {
  relu8: [
    { name: 'conv1', stride: 3, columns: 66 },
    { name: 'conv2', stride: 3, columns: 21 },
    { name: 'conv3', stride: 2, columns: 8 },
  ],
  gru18: [
    { name: 'conv1', stride: 3, columns: 66 },
    { name: 'conv2', stride: 3, columns: 21 },
    { name: 'conv3', stride: 1, columns: 18 },
  ],
};
const WIDTH = 4; // characters, or columns, that a convolution sees at once
const POOL = 3; // columns of which the greatest is kept
const LEVEL = 1e-6; // of Torch's nn.Threshold(), which the authors use as their rectifier

/** Name → shape, in the order in which first weights are drawn. Kernels are [width, in, out] and [in, out]. */
export function charCnnRnnShapes({
  channels,
  cnnDim,
  rnn,
  dim,
}: CharCnnRnnConfig): Readonly<Record<string, readonly number[]>> {
  const [first, second] = channels;
  const gates = rnn === 'gru18' ? { 'rnn/gates/kernel': [cnnDim, 2 * cnnDim], 'rnn/gates/bias': [2 * cnnDim] } : {};
  const inputs = rnn === 'gru18' ? 3 * cnnDim : cnnDim;
  return {
    'conv1/kernel': [WIDTH, ALPHABET.length, first],
    'conv1/bias': [first],
    'conv2/kernel': [WIDTH, first, second],
    'conv2/bias': [second],
    'conv3/kernel': [WIDTH, second, cnnDim],
    'conv3/bias': [cnnDim],
    'rnn/input/kernel': [cnnDim, inputs],
    'rnn/input/bias': [inputs],
    ...gates,
    'rnn/hidden/kernel': [cnnDim, cnnDim],
    'rnn/hidden/bias': [cnnDim],
    'output/kernel': [cnnDim, dim],
    'output/bias': [dim],
  };
}

/**
 * Embeddings [n, dim] of captions as rows of slots. Call it within `tf.tidy`.
 *
 * Behind the end of a caption every column is the same for all captions: the network's output for padding. So each layer computes
 * only the columns up to the first of these, and repeats that one. The numbers and the gradients are those of
 * the whole 201 places. Captions of similar length go through the convolutions together, in `groups` groups.
 */
export function charCnnRnn(
  weights: Weights,
  rows: readonly Uint8Array[],
  config: CharCnnRnnConfig,
  groups = 1,
): tf.Tensor2D {
  const order = rows.map((_, i) => i).sort((a, b) => rows[a]!.length - rows[b]!.length || a - b);
  const size = Math.ceil(rows.length / groups);
  const steps: tf.Tensor3D[] = []; // [n of the group, 8 or 18, cnnDim]
  for (let from = 0; from < rows.length; from += size) {
    const group = order.slice(from, from + size).map((i) => rows[i]!);
    steps.push(convolutions(weights, group, config.rnn));
  }
  const sorted = recurrenceOf(config)(weights, tf.concat(steps, 0));
  const hidden = groups === 1 && order.every((row, i) => row === i) ? sorted : tf.matMul(unsorting(order), sorted);
  const output = tf.matMul(hidden, weights['output/kernel'] as tf.Tensor2D);
  const embeddings = tf.add<tf.Tensor2D>(output, weights['output/bias']!);
  return config.normalise === 'both' ? normaliseRows(embeddings) : embeddings;
}

const recurrenceOf = ({ rnn }: CharCnnRnnConfig) => (rnn === 'gru18' ? gatedRecurrence : rectifiedRecurrence);

/** The permutation matrix that returns sorted rows to their places. */
function unsorting(order: readonly number[]): tf.Tensor2D {
  const n = order.length;
  const values = new Float32Array(n * n);
  order.forEach((row, i) => {
    values[row * n + i] = 1;
  });
  return tf.tensor2d(values, [n, n]);
}

/** The input of the recurrence: [n, 8 or 18, cnnDim]. */
function convolutions(weights: Weights, rows: readonly Uint8Array[], rnn: Recurrence): tf.Tensor3D {
  const places = Math.max(1, ...rows.map((slots) => slots.length));
  let x: tf.Tensor4D | undefined;
  let used = places; // columns from here on are those of padding
  for (const { name, stride, columns } of LAYERS[rnn]) {
    used = Math.ceil(used / stride);
    const computed = Math.min(columns, used + 1);
    const needed = stride * (computed - 1) + (stride === 1 ? 1 : POOL) + WIDTH - 1;
    const input = x === undefined ? oneHot(rows, needed) : extended(x, needed);
    x = convolveAndPool(
      input,
      weights[`${name}/kernel`] as tf.Tensor3D,
      weights[`${name}/bias`] as tf.Tensor1D,
      stride,
    );
  }
  return tf.squeeze<tf.Tensor3D>(extended(x!, LAYERS[rnn].at(-1)!.columns), [1]);
}

/** Extends [n, 1, columns, c] to `columns` columns by repeating the last one. */
function extended(x: tf.Tensor4D, columns: number): tf.Tensor4D {
  const [n, , present, channels] = x.shape;
  if (present >= columns) return x;
  const last = tf.slice(x, [0, 0, present - 1, 0], [n, 1, 1, channels]);
  return tf.concat([x, tf.tile(last, [1, 1, columns - present, 1])], 2);
}

/**
 * A convolution, bias and threshold, and a pool of 3 unless `stride` is 1. Pooling first gives the same numbers, because both
 * bias and threshold keep the order, and leaves them a third or half of the work.
 */
function convolveAndPool(x: tf.Tensor4D, kernel: tf.Tensor3D, bias: tf.Tensor1D, stride: number): tf.Tensor4D {
  const [width, inputs, outputs] = kernel.shape;
  const y = tf.conv2d(x, tf.reshape(kernel, [1, width, inputs, outputs]), 1, 'valid');
  const pooled = stride === 1 ? y : tf.maxPool(y, [1, POOL], [1, stride], 'valid');
  return threshold(tf.add<tf.Tensor4D>(pooled, bias), LEVEL);
}

/** [n, 1, places, 70]; places behind a caption are all zero. */
function oneHot(rows: readonly Uint8Array[], places: number): tf.Tensor4D {
  const shape: [number, number, number, number] = [rows.length, 1, places, ALPHABET.length];
  const values = new Float32Array(sizeOf(shape));
  rows.forEach((slots, row) => {
    slots.subarray(0, places).forEach((slot, place) => {
      values[(row * places + place) * ALPHABET.length + slot - 1] = 1;
    });
  });
  return tf.tensor4d(values, shape);
}
