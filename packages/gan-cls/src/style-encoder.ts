/**
 * S: the noise from which a generator would have made this image. Equation 6 of the paper (Reed et al. 2016, section 4.4).
 * z holds what an image shows and its caption does not say, such as pose and background: G(S(x), φ(t)) is the caption t in the style of the photo x.
 */

import type { EmbeddingBatch, ImageBatch, Rng, StateDict, StepScalars, TextToImageModel, Trainable } from '@t2i/core';
import { assert, ConfigError, generateImages, type TrainStepOptions } from '@t2i/core';
import {
  Adam,
  exchangeGradients,
  readStepReport,
  readTrainingState,
  type StepReport,
  type TrainingState,
  writeTrainingState,
} from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import * as z from 'zod'; // not `{ z }`, of which bundlers drop nothing
import { toImages } from './batch.ts';
import { ganClsConfigSchema } from './config.ts';
import { convolveImage } from './image-trunk.ts';
import type { LayerKit } from './layer-kit.ts';
import { trainingLayers } from './training-layers.ts';
import { initialise, trainableOf, weightsOf } from './weights.ts';

/** Images per pass: bounds the memory. */
const ROWS_AT_ONCE = 64;

const { imageSize, noiseDim, discriminatorFilters, residual, leakyAfterThird, adamBeta1, adamBeta2 } =
  ganClsConfigSchema.shape;

/** Every setting of S. The paper's main text does not describe its network: this one has D's convolutions, and so D's settings. */
export const styleEncoderConfigSchema = z.strictObject({
  imageSize,
  noiseDim,
  filters: discriminatorFilters.describe('channels of S after its first stage, doubling towards 4×4'),
  residual,
  leakyAfterThird,
  adamBeta1,
  adamBeta2,
});

/** A resolved configuration: plain JSON with every field set. */
export type StyleEncoderConfig = z.output<typeof styleEncoderConfigSchema>;

/** S: [n, imageSize, imageSize, 3] → [n, noiseDim]; D's convolutions, and a product with a matrix, plus a bias, without activation. */
function buildStyleEncoder(config: StyleEncoderConfig, kit: LayerKit): tfl.LayersModel {
  const image = tfl.input({ shape: [config.imageSize, config.imageSize, 3], name: 'image' });
  const flatten = tfl.layers.flatten({ name: 'style/shape' });
  const flat = flatten.apply(convolveImage(kit, image, config)) as tfl.SymbolicTensor;
  const style = kit.multiply(flat, 'style', config.noiseDim, true);
  return tfl.model({ inputs: image, outputs: style, name: 'style-encoder' });
}

/**
 * L_style = E ‖z − S(G(z, φ(t)))‖² / noiseDim, the paper's equation 6 but for the constant: 1 for an S that knows nothing and says 0.
 * @param noise [n, noiseDim], z
 * @param styles [n, noiseDim], what S made of the images
 */
export function styleLoss(noise: tf.Tensor2D, styles: tf.Tensor2D): tf.Scalar {
  return tf.mean(tf.squaredDifference(noise, styles));
}

/** Mean over the rows of the cosine between z and what S made of it. */
function meanCosine(noise: tf.Tensor2D, styles: tf.Tensor2D): tf.Scalar {
  const lengths = tf.mul(tf.norm(noise, 2, 1), tf.norm(styles, 2, 1));
  return tf.mean(tf.div(tf.sum(tf.mul(noise, styles), 1), tf.add(lengths, 1e-12)));
}

/**
 * A style encoder that learns from the images of a generator, which stays as it is. A batch is captions, the more varied the better.
 * @example
 * const style = new StyleEncoder(config, generator, new Rng(1));
 * const scalars = await style.step(embeddings, { learningRate: 2e-4, rng });
 * const noise = await style.encode(photos); // for generator.generate
 */
export class StyleEncoder implements Trainable<EmbeddingBatch> {
  readonly config: StyleEncoderConfig;
  readonly #generator: TextToImageModel;
  readonly #network: tfl.LayersModel;
  readonly #adam: Adam;

  /**
   * @param generator whose noise is to be found again; it stays the caller's to dispose
   * @param rng samples the initial weights
   * @throws ConfigError when the generator has another image size or noise length
   */
  constructor(config: StyleEncoderConfig, generator: TextToImageModel, rng: Rng) {
    for (const field of ['imageSize', 'noiseDim'] as const) {
      if (config[field] === generator[field]) continue;
      throw new ConfigError(`The style encoder has ${field} ${config[field]}, the generator ${generator[field]}.`, {
        hint: 'Train a style encoder for this generator.',
      });
    }
    this.config = config;
    this.#generator = generator;
    this.#network = buildStyleEncoder(config, trainingLayers);
    initialise(this.#network, rng);
    const { adamBeta1, adamBeta2 } = config;
    this.#adam = new Adam(trainableOf(this.#variables()), {
      name: 'style',
      beta1: adamBeta1,
      beta2: adamBeta2,
    });
  }

  /**
   * Samples a noise for each caption from `rng`, generates the images, and moves S towards the noise.
   * Reports `loss/style` (see `styleLoss`) and `score/cosine`, the mean cosine between z and S(G(z, φ(t))).
   */
  async step(embeddings: EmbeddingBatch, { learningRate, rng, exchange }: TrainStepOptions): Promise<StepScalars> {
    const [rows] = embeddings.shape;
    assert(rows >= 2, `a batch of ${rows} has no variance to normalise by`);
    const noise = rng.normal(rows * this.config.noiseDim);
    const images = await generateImages(this.#generator, { embeddings, noise });
    const report: StepReport = {};
    try {
      const own = tf.tidy(() => this.#gradients(images, noise, report));
      const gradients = exchange ? await exchangeGradients(own, this.#adam.variables, exchange) : own;
      this.#adam.apply(gradients, learningRate);
      tf.dispose(gradients);
      return await readStepReport(report);
    } finally {
      tf.dispose(report);
    }
  }

  /**
   * The styles of images, normalised by S's running statistics: noise for the generator, [n, noiseDim], row by row.
   * @throws ConfigError when the images do not have the model's size
   */
  async encode({ data, shape }: ImageBatch): Promise<Float32Array> {
    const { imageSize, noiseDim } = this.config;
    const [rows, height, width] = shape;
    const length = height * width * 3;
    const styles = new Float32Array(rows * noiseDim);
    for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
      const n = Math.min(ROWS_AT_ONCE, rows - from);
      const part = { data: data.subarray(from * length, (from + n) * length), shape: [n, height, width, 3] as const };
      const encoded = tf.tidy(() => this.#network.apply(toImages(part, n, { imageSize })) as tf.Tensor);
      styles.set(await encoded.data(), from * noiseDim);
      encoded.dispose();
    }
    return styles;
  }

  async state(): Promise<StateDict> {
    const metadata = { format: 't2i/style-encoder', config: JSON.stringify(this.config) };
    return { tensors: await readTrainingState(this.#trainingState()), metadata };
  }

  async load(state: StateDict): Promise<void> {
    writeTrainingState(this.#trainingState(), state.tensors);
  }

  /** Frees what S holds on the backend; the generator stays. */
  dispose(): void {
    this.#network.dispose();
    this.#adam.dispose();
  }

  /** The gradients of S's loss, by `variable.name`; what a step reports goes into `report`. */
  #gradients(images: ImageBatch, noise: Float32Array, report: StepReport): tf.NamedTensorMap {
    const [rows] = images.shape;
    const z = tf.tensor2d(noise, [rows, this.config.noiseDim]);
    const x = toImages(images, rows, this.config);
    let cosine: tf.Scalar | undefined;
    const { value, grads } = tf.variableGrads(() => {
      const styles = this.#network.apply(x, { training: true }) as tf.Tensor2D;
      cosine = tf.keep(meanCosine(z, styles));
      return styleLoss(z, styles);
    }, Object.values(this.#adam.variables));
    report['loss/style'] = tf.keep(value);
    report['score/cosine'] = cosine!;
    return grads;
  }

  #variables() {
    return weightsOf('style', this.#network);
  }

  #trainingState(): TrainingState {
    return { variables: this.#variables(), optimisers: [this.#adam] };
  }
}
