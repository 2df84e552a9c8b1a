/**
 * The network of the char-CNN-RNN (Reed et al. 2016, arXiv 1605.05395, section 4.2; `HybridCNN.lua`, `FixedRNN.lua`, `FixedGRU.lua`):
 * three convolutions over characters, a recurrence over what they found, the mean of its steps, a linear map.
 */

import { sizeOf } from '@t2i/core';
import { threshold } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import { normaliseRows } from '../normalise-rows.ts';
import { ALPHABET, MAX_CHARACTERS } from './alphabet.ts';
import type { CharCnnRnnConfig } from './config.ts';
import { gatedRecurrence, rectifiedRecurrence } from './recurrence.ts';

/** The weights by name; what is trained has variables here. */
export type Weights = Readonly<Record<string, tf.Tensor>>;

const WIDTH = 4; // characters, or their successors, that a convolution sees at once
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

/** Embeddings [n, dim] of captions as rows of slots. Call it within `tf.tidy`. */
export function charCnnRnn(weights: Weights, rows: readonly Uint8Array[], config: CharCnnRnnConfig): tf.Tensor2D {
  const weight = <T extends tf.Tensor>(name: string) => weights[name] as T;
  const convolve = (x: tf.Tensor4D, name: string, stride: number) =>
    convolveAndPool(x, weight<tf.Tensor3D>(`${name}/kernel`), weight<tf.Tensor1D>(`${name}/bias`), stride);
  let x = convolve(oneHot(rows), 'conv1', 3); // [n, 1, 66, 384]
  x = convolve(x, 'conv2', 3); // [n, 1, 21, 512]
  x = convolve(x, 'conv3', config.rnn === 'gru18' ? 1 : 2); // [n, 1, 18 or 8, cnnDim]
  const steps = tf.squeeze<tf.Tensor3D>(x, [1]);
  const recurrence = config.rnn === 'gru18' ? gatedRecurrence : rectifiedRecurrence;
  const hidden = recurrence(weights, steps);
  const embeddings = tf.add<tf.Tensor2D>(
    tf.matMul(hidden, weight<tf.Tensor2D>('output/kernel')),
    weight('output/bias'),
  );
  return config.normalise === 'both' ? normaliseRows(embeddings) : embeddings;
}

/**
 * A convolution, bias and threshold, and a pool of 3 unless `stride` is 1. Pooling first gives the same numbers, because both
 * bias and threshold keep the order, and leaves them a third or half of the work.
 */
function convolveAndPool(x: tf.Tensor4D, kernel: tf.Tensor3D, bias: tf.Tensor1D, stride: number): tf.Tensor4D {
  const [width, inputs, outputs] = kernel.shape;
  const y = tf.conv2d(x, tf.reshape(kernel, [1, width, inputs, outputs]), 1, 'valid');
  const pooled = stride === 1 ? y : tf.maxPool(y, [1, 3], [1, stride], 'valid');
  return threshold(tf.add<tf.Tensor4D>(pooled, bias), LEVEL);
}

/** [n, 1, 201, 70]; places behind a caption are all zero. */
function oneHot(rows: readonly Uint8Array[]): tf.Tensor4D {
  const shape: [number, number, number, number] = [rows.length, 1, MAX_CHARACTERS, ALPHABET.length];
  const values = new Float32Array(sizeOf(shape));
  rows.forEach((slots, row) => {
    slots.forEach((slot, place) => {
      values[(row * MAX_CHARACTERS + place) * ALPHABET.length + slot - 1] = 1;
    });
  });
  return tf.tensor4d(values, shape);
}
