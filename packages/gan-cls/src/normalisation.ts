/**
 * Batch normalisation with the rectifier that follows it, as the two kinds of layers that models are built from:
 * fused, with Torch's running statistics, for training; stock, for a saved model that plain TensorFlow.js opens.
 * Both hold the same weights under the same names.
 */

import { batchNormTraining, type RectifierName, withSuspendedTape } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** Torch's epsilon, and its momentum of 0.1 as TensorFlow counts it: the part of the old statistics that is kept. */
const EPSILON = 1e-5;
const KEPT = 0.9;

/** Slope of every leaky ReLU below zero (SPEC: both papers and all codes use 0.2). */
export const LEAKY_SLOPE = 0.2;

/** Adds a normalisation named `name` and its rectifier to a model in the making. */
export type Normalise = (x: tfl.SymbolicTensor, name: string, activation: RectifierName) => tfl.SymbolicTensor;

/** A rectifier of its own, where nothing is normalised before it. */
export function rectify(x: tfl.SymbolicTensor, name: string, activation: RectifierName): tfl.SymbolicTensor {
  if (activation === 'linear') return x;
  const layer = activation === 'relu' ? tfl.layers.reLU({ name }) : tfl.layers.leakyReLU({ name, alpha: LEAKY_SLOPE });
  return layer.apply(x) as tfl.SymbolicTensor;
}

/** Stock layers `name` and `name/rectifier`. */
export const normaliseStock: Normalise = (x, name, activation) => {
  const layer = tfl.layers.batchNormalization({ name, momentum: KEPT, epsilon: EPSILON });
  return rectify(layer.apply(x) as tfl.SymbolicTensor, `${name}/rectifier`, activation);
};

/** One layer `name` that normalises and rectifies at once. */
export const normaliseFused: Normalise = (x, name, activation) =>
  new FusedBatchNorm(name, activation).apply(x) as tfl.SymbolicTensor;

class FusedBatchNorm extends tfl.layers.Layer {
  static readonly className = 'T2iFusedBatchNorm';
  readonly #activation: RectifierName;
  #gamma!: tfl.LayerVariable;
  #beta!: tfl.LayerVariable;
  #movingMean!: tfl.LayerVariable;
  #movingVariance!: tfl.LayerVariable;

  constructor(name: string, activation: RectifierName) {
    super({ name });
    this.#activation = activation;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = [(inputShape as tfl.Shape).at(-1)!];
    const add = (name: string, value: ReturnType<typeof tfl.initializers.ones>, trainable: boolean) =>
      this.addWeight(name, shape, 'float32', value, undefined, trainable);
    this.#gamma = add('gamma', tfl.initializers.ones(), true);
    this.#beta = add('beta', tfl.initializers.zeros(), true);
    this.#movingMean = add('moving_mean', tfl.initializers.zeros(), false);
    this.#movingVariance = add('moving_variance', tfl.initializers.ones(), false);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    return tf.tidy(() => (kwargs.training ? this.#byBatch(x) : this.#byRunningStatistics(x)));
  }

  #byBatch(x: tf.Tensor): tf.Tensor {
    const { y, mean, variance } = batchNormTraining(x, this.#gamma.read(), this.#beta.read(), {
      epsilon: EPSILON,
      activation: this.#activation,
      alpha: LEAKY_SLOPE,
    });
    const rows = x.size / mean.size;
    withSuspendedTape(() => {
      moveTowards(this.#movingMean, mean, 1);
      moveTowards(this.#movingVariance, variance, rows / (rows - 1)); // Torch keeps the unbiased variance
    });
    return y;
  }

  #byRunningStatistics(x: tf.Tensor): tf.Tensor {
    const [mean, variance] = [this.#movingMean.read(), this.#movingVariance.read()] as [tf.Tensor1D, tf.Tensor1D];
    const [gamma, beta] = [this.#gamma.read(), this.#beta.read()] as [tf.Tensor1D, tf.Tensor1D];
    const y = tf.batchNorm(x, mean, variance, beta, gamma, EPSILON);
    if (this.#activation === 'linear') return y;
    return this.#activation === 'relu' ? tf.relu(y) : tf.leakyRelu(y, LEAKY_SLOPE);
  }
}

/** running ← KEPT·running + (1 − KEPT)·factor·value */
function moveTowards(running: tfl.LayerVariable, value: tf.Tensor, factor: number): void {
  running.write(tf.add(tf.mul(running.read(), KEPT), tf.mul(value, (1 - KEPT) * factor)));
}
