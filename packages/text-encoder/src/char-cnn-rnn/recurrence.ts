/** The two recurrences of the char-CNN-RNN, both averaged over their steps (`FixedRNN.lua`, `FixedGRU.lua` of the authors). */

import { rectify } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';

/** The weights of a char-CNN-RNN by name. In training they are variables. */
export type Weights = Readonly<Record<string, tf.Tensor>>;

/** hᵗ = relu(W xᵗ + b + U hᵗ⁻¹ + d), without the last two terms in the first step. [n, steps, c] → mean over steps [n, c]. */
export function rectifiedRecurrence(weights: Weights, x: tf.Tensor3D): tf.Tensor2D {
  const inputs = inputTerms(weights, x);
  let hidden = rectify(inputs[0]!, 'relu');
  const states = [hidden];
  for (const input of inputs.slice(1)) {
    const fromHidden = tf.add(
      tf.matMul(hidden, weights['rnn/hidden/kernel'] as tf.Tensor2D),
      weights['rnn/hidden/bias']!,
    );
    hidden = rectify(tf.add(input, fromHidden), 'relu');
    states.push(hidden);
  }
  return mean(states);
}

/**
 * z, r = σ(W x + b + U h + d);  h~ = tanh(W x + b + U (r∘h) + d);  h ← z∘h~ + (1 − z)∘h;  the first state is tanh(W x + b).
 * z weighs the new state, and r acts before U, unlike in stock layers. [n, steps, c] → mean over steps [n, c].
 * The columns of the input's W are those of z, r and h~, the columns of the gates' U those of z and r.
 */
export function gatedRecurrence(weights: Weights, x: tf.Tensor3D): tf.Tensor2D {
  const size = x.shape[2];
  const inputs = inputTerms(weights, x).map((terms) => tf.split<tf.Tensor2D>(terms, [2 * size, size], 1));
  let hidden = tf.tanh(inputs[0]![1]!);
  const states = [hidden];
  for (const [gateInput, candidateInput] of inputs.slice(1)) {
    const fromHidden = tf.add(
      tf.matMul(hidden, weights['rnn/gates/kernel'] as tf.Tensor2D),
      weights['rnn/gates/bias']!,
    );
    const [update, reset] = tf.split<tf.Tensor2D>(tf.sigmoid(tf.add<tf.Tensor2D>(gateInput!, fromHidden)), 2, 1);
    const fromReset = tf.matMul(tf.mul<tf.Tensor2D>(reset!, hidden), weights['rnn/hidden/kernel'] as tf.Tensor2D);
    const candidate = tf.tanh(tf.add(candidateInput!, tf.add<tf.Tensor2D>(fromReset, weights['rnn/hidden/bias']!)));
    hidden = tf.add<tf.Tensor2D>(hidden, tf.mul(update!, tf.sub(candidate, hidden)));
    states.push(hidden);
  }
  return mean(states);
}

/** W xᵗ + b of every step, in one product. */
function inputTerms(weights: Weights, x: tf.Tensor3D): tf.Tensor2D[] {
  const [rows, steps, size] = x.shape;
  const stepsFirst = tf.reshape(tf.transpose(x, [1, 0, 2]), [steps * rows, size]);
  const terms = tf.add(tf.matMul(stepsFirst, weights['rnn/input/kernel'] as tf.Tensor2D), weights['rnn/input/bias']!);
  return tf.split<tf.Tensor2D>(terms as tf.Tensor2D, steps, 0);
}

/** Added one by one: on WebGPU `tf.addN` of eight or more tensors is wrong, because its kernels may read seven (tfjs 4.22). */
function mean(states: readonly tf.Tensor2D[]): tf.Tensor2D {
  return tf.mul<tf.Tensor2D>(
    states.reduce((sum, state) => tf.add(sum, state)),
    1 / states.length,
  );
}
