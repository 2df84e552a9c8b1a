/**
 * The layers of models that learn. Stock ones would do, at a price: tfjs's convolution and dense layers run fused
 * operations that compute the gradients of kernel and input whether or not anyone asks for both (D asks for no
 * gradient of an image, G for none of D's kernels), and its batch normalisation is a dozen operations, with Keras's
 * biased running variance where Torch's is unbiased.
 */

import { batchNormTraining, type RectifierName, rectify, weightedSum, withSuspendedTape } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type LayerKit, LEAKY_SLOPE, NORM_EPSILON, NORM_MOMENTUM } from './layer-kit.ts';

export const trainingLayers: LayerKit = {
  convolve(x, name, { filters, kernelSize, strides = 1 }) {
    const [, height, width, channels] = x.shape as [null, number, number, number];
    const convolution = (input: tf.Tensor, kernel: tf.Tensor) =>
      tf.conv2d(input as tf.Tensor4D, kernel as tf.Tensor4D, strides, 'same');
    const kernelShape = [kernelSize, kernelSize, channels, filters];
    return new Linear(name, convolution, {
      kernelShape,
      outputShape: [null, height / strides, width / strides, filters],
    }).apply(x) as tfl.SymbolicTensor;
  },
  multiply(x, name, units, useBias = false) {
    const shapes = { kernelShape: [x.shape[1]!, units], outputShape: [null, units], useBias };
    return new Linear(name, tf.matMul, shapes).apply(x) as tfl.SymbolicTensor;
  },
  normalise(x, name, activation) {
    return new BatchNorm(name, activation).apply(x) as tfl.SymbolicTensor;
  },
  rectify(x, name, activation) {
    if (activation === 'linear') return x;
    return new Rectifier(name, activation).apply(x) as tfl.SymbolicTensor;
  },
};

/** What is linear in x and in one kernel, with or without a bias. */
class Linear extends tfl.layers.Layer {
  static readonly className = 'T2iLinear';
  readonly #operate: (x: tf.Tensor, kernel: tf.Tensor) => tf.Tensor;
  readonly #shapes: { kernelShape: number[]; outputShape: tfl.Shape; useBias?: boolean };
  #kernel!: tfl.LayerVariable;
  #bias: tfl.LayerVariable | undefined;

  constructor(
    name: string,
    operate: (x: tf.Tensor, kernel: tf.Tensor) => tf.Tensor,
    shapes: { kernelShape: number[]; outputShape: tfl.Shape; useBias?: boolean },
  ) {
    super({ name });
    this.#operate = operate;
    this.#shapes = shapes;
  }

  override build(): void {
    const { kernelShape, useBias } = this.#shapes;
    this.#kernel = this.addWeight('kernel', kernelShape, 'float32', tfl.initializers.zeros());
    if (useBias) {
      this.#bias = this.addWeight('bias', kernelShape.slice(-1), 'float32', tfl.initializers.zeros());
    }
    this.built = true;
  }

  override computeOutputShape(): tfl.Shape {
    return this.#shapes.outputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const y = this.#operate(onlyTensor(inputs), this.#kernel.read());
      return this.#bias === undefined ? y : tf.add(y, this.#bias.read());
    });
  }
}

class Rectifier extends tfl.layers.Layer {
  static readonly className = 'T2iRectifier';
  readonly #activation: RectifierName;

  constructor(name: string, activation: RectifierName) {
    super({ name });
    this.#activation = activation;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return rectify(onlyTensor(inputs), this.#activation, LEAKY_SLOPE);
  }
}

/** Batch normalisation as Torch does it, rectified at once. */
class BatchNorm extends tfl.layers.Layer {
  static readonly className = 'T2iBatchNorm';
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
    const { zeros, ones } = tfl.initializers;
    this.#gamma = this.addWeight('gamma', shape, 'float32', ones());
    this.#beta = this.addWeight('beta', shape, 'float32', zeros());
    this.#movingMean = this.addWeight('moving_mean', shape, 'float32', zeros(), undefined, false);
    this.#movingVariance = this.addWeight('moving_variance', shape, 'float32', ones(), undefined, false);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    const x = onlyTensor(inputs);
    return tf.tidy(() => (kwargs.training ? this.#byBatch(x) : this.#byRunningStatistics(x)));
  }

  #byBatch(x: tf.Tensor): tf.Tensor {
    const options = { epsilon: NORM_EPSILON, activation: this.#activation, alpha: LEAKY_SLOPE };
    const { y, mean, variance } = batchNormTraining(x, this.#gamma.read(), this.#beta.read(), options);
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
    return rectify(tf.batchNorm(x, mean, variance, beta, gamma, NORM_EPSILON), this.#activation, LEAKY_SLOPE);
  }
}

/** running ← momentum·running + (1 − momentum)·factor·value */
function moveTowards(running: tfl.LayerVariable, value: tf.Tensor, factor: number): void {
  running.write(weightedSum(running.read(), value, NORM_MOMENTUM, (1 - NORM_MOMENTUM) * factor));
}

function onlyTensor(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return Array.isArray(inputs) ? inputs[0]! : inputs;
}
