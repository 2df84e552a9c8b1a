/** Inception v3: maps an image to 2,048 features for the Fréchet Inception distance, or to the classes of the Inception score. */

import { assert, assertShape, type EmbeddingBatch, type ImageBatch, type ImageEncoder } from '@t2i/core';
import { readSafetensors } from '@t2i/formats';
import * as tf from '@tensorflow/tfjs-core';
import { FrozenWeights } from '../frozen-weights.ts';
import {
  type Convolution,
  INCEPTION_V3,
  type InceptionV3Architecture,
  isBranches,
  type Step,
  weightShapes,
} from './architecture.ts';

export interface InceptionV3Options {
  /** Other widths and sizes, for tests. */
  readonly architecture?: InceptionV3Architecture;
}

export class InceptionV3 implements ImageEncoder {
  readonly id: string;
  readonly dim: number;
  readonly imageSize: number;
  readonly #architecture: InceptionV3Architecture;
  readonly #weights: FrozenWeights;

  private constructor(file: Uint8Array, architecture: InceptionV3Architecture) {
    const { shapes, dim } = weightShapes(architecture);
    this.#weights = new FrozenWeights(readSafetensors(file, 'Inception v3 weights'), shapes);
    this.id = `inception-v3-${this.#weights.hash}`;
    this.dim = dim;
    this.imageSize = architecture.imageSize;
    this.#architecture = architecture;
  }

  /**
   * Reads weights that `scripts/convert_inception_v3.py` has written.
   * @throws CheckpointError if the file is damaged or of another network. It names the first tensor that differs
   */
  static fromSafetensors(file: Uint8Array, { architecture = INCEPTION_V3 }: InceptionV3Options = {}): InceptionV3 {
    return new InceptionV3(file, architecture);
  }

  /** The average of the last block over the image, non-negative, not normalised. */
  async encode({ data, shape }: ImageBatch): Promise<EmbeddingBatch> {
    const [n, height, width] = shape;
    assert(
      height === this.imageSize && width === this.imageSize,
      `Inception v3 takes ${this.imageSize} pixels, not ${width}×${height}`,
    );
    assertShape('images', data, shape);
    // pytorch-fid expects [-1, 1], too; the graph itself expects (byte − 128) / 128, which differs by half a grey level.
    const features = tf.tidy(() =>
      tf.mean<tf.Tensor2D>(this.#through(this.#architecture.steps, tf.tensor4d(data, [n, height, width, 3])), [1, 2]),
    );
    return read(features);
  }

  /** Probabilities of the classes from features, [n, classes]. */
  async probabilities({ data, shape }: EmbeddingBatch): Promise<EmbeddingBatch> {
    const probabilities = tf.tidy(() => {
      const scores = tf.matMul(tf.tensor2d(data, [shape[0], this.dim]), this.#weights.get('fc.weight') as tf.Tensor2D);
      return tf.softmax(tf.add<tf.Tensor2D>(scores, this.#weights.get('fc.bias')));
    });
    return read(probabilities);
  }

  dispose(): void {
    this.#weights.dispose();
  }

  #through(steps: readonly Step[], start: tf.Tensor4D): tf.Tensor4D {
    return steps.reduce((x, step) => this.#step(x, step), start);
  }

  #step(x: tf.Tensor4D, step: Step): tf.Tensor4D {
    // 'same' pooling averages over pixels within the image only, like the graph of 2015
    if (step === 'average') return tf.avgPool(x, 3, 1, 'same');
    if (step === 'max') return tf.maxPool(x, 3, 1, 'same');
    if (step === 'max-halving') return tf.maxPool(x, 3, 2, 'valid');
    if (isBranches(step))
      return tf.concat4d(
        step.map((branch) => this.#through(branch, x)),
        3,
      );
    return this.#convolution(x, step);
  }

  #convolution(x: tf.Tensor4D, { name, stride: strides, pad }: Convolution): tf.Tensor4D {
    const filter = this.#weights.get(`${name}.weight`) as tf.Tensor4D;
    return tf.fused.conv2d({ x, filter, strides, pad, bias: this.#weights.get(`${name}.bias`), activation: 'relu' });
  }
}

async function read(rows: tf.Tensor2D): Promise<EmbeddingBatch> {
  try {
    return { data: (await rows.data()) as Float32Array, shape: rows.shape };
  } finally {
    rows.dispose();
  }
}
