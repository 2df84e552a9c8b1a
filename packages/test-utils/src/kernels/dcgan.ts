/** A small DCGAN of stock TensorFlow.js operations, to time backends and to compare them. */

import { Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers all gradients

export interface DcganOptions {
  /** Side of the square images: 8, 16, 32, 64. */
  readonly imageSize: number;
  readonly batchSize: number;
  /** Channels of the layer next to the image; each layer further down has twice as many. */
  readonly filters: number;
}

const NOISE_DIM = 100;

/** Both networks with their optimisers. Training is the same on every backend, up to rounding. */
export class Dcgan {
  readonly #options: DcganOptions;
  readonly #rng = new Rng(1);
  readonly #channels: readonly number[]; // of the maps of 4×4, 8×8, … pixels
  readonly #project: tf.Variable<tf.Rank.R2>;
  readonly #up: readonly tf.Variable<tf.Rank.R4>[];
  readonly #down: readonly tf.Variable<tf.Rank.R4>[];
  readonly #score: tf.Variable<tf.Rank.R4>;
  readonly #optimizers = [tf.train.adam(2e-4, 0.5), tf.train.adam(2e-4, 0.5)] as const;

  constructor(options: DcganOptions) {
    this.#options = options;
    const levels = Math.log2(options.imageSize) - 2;
    const channels = Array.from({ length: levels }, (_, i) => options.filters * 2 ** (levels - 1 - i));
    this.#channels = [...channels, 3];
    const filter = (shape: number[]) => tf.variable(this.#normal<tf.Rank.R4>(shape, 0.02));
    const pairs = channels.map((lower, i) => [4, 4, this.#channels[i + 1]!, lower]); // [4, 4, towards the image, away from it]
    this.#project = tf.variable(this.#normal<tf.Rank.R2>([NOISE_DIM, 16 * channels[0]!], 0.02));
    this.#up = pairs.map(filter);
    this.#down = pairs.toReversed().map(filter);
    this.#score = filter([4, 4, channels[0]!, 1]);
  }

  /** One Adam step each for D, on a random "real" batch and a generated one, and for G. Returns both losses. */
  async step(): Promise<[discriminator: number, generator: number]> {
    const { batchSize, imageSize } = this.#options;
    const losses = tf.tidy(() => {
      const real = tf.tanh(this.#normal<tf.Rank.R4>([batchSize, imageSize, imageSize, 3], 1));
      const z = this.#normal<tf.Rank.R2>([batchSize, NOISE_DIM], 1);
      const fake = this.#generate(z);
      const ofDiscriminator = this.#optimizers[0].minimize(
        () => {
          const onReal = tf.softplus(tf.neg(this.#discriminate(real)));
          return tf.mean(tf.add(onReal, tf.softplus(this.#discriminate(fake))));
        },
        true,
        [...this.#down, this.#score],
      );
      const ofGenerator = this.#optimizers[1].minimize(
        () => tf.mean(tf.softplus(tf.neg(this.#discriminate(this.#generate(z))))),
        true,
        [this.#project, ...this.#up],
      );
      return tf.stack([ofDiscriminator!, ofGenerator!]);
    });
    const [discriminator, generator] = await losses.data();
    losses.dispose();
    return [discriminator!, generator!];
  }

  dispose(): void {
    tf.dispose([this.#project, ...this.#up, ...this.#down, this.#score]);
    for (const optimizer of this.#optimizers) optimizer.dispose();
  }

  #generate(z: tf.Tensor2D): tf.Tensor4D {
    const { batchSize } = this.#options;
    const bottom = tf.reshape(tf.matMul(z, this.#project), [batchSize, 4, 4, this.#channels[0]!]);
    let x = tf.relu(normalise(bottom as tf.Tensor4D));
    this.#up.forEach((filter, i) => {
      const size = 8 * 2 ** i;
      const y = tf.conv2dTranspose(x, filter, [batchSize, size, size, this.#channels[i + 1]!], 2, 'same');
      x = i === this.#up.length - 1 ? tf.tanh(y) : tf.relu(normalise(y));
    });
    return x;
  }

  #discriminate(images: tf.Tensor4D): tf.Tensor1D {
    let x = images;
    this.#down.forEach((filter, i) => {
      const y = tf.conv2d(x, filter, 2, 'same');
      x = tf.leakyRelu(i === 0 ? y : normalise(y), 0.2);
    });
    return tf.reshape(tf.conv2d(x, this.#score, 1, 'valid'), [this.#options.batchSize]);
  }

  #normal<R extends tf.Rank>(shape: number[], deviation: number): tf.Tensor<R> {
    const values = this.#rng.normal(tf.util.sizeFromShape(shape)).map((value) => value * deviation);
    return tf.tensor<tf.Rank>(values, shape) as tf.Tensor<R>;
  }
}

/** Batch normalisation by the batch's own statistics, without scale and offset. */
function normalise(x: tf.Tensor4D): tf.Tensor4D {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
}
