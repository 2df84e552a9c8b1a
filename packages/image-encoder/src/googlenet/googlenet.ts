/**
 * GoogLeNet (Szegedy et al. 2014) as BVLC trained it in Caffe. It maps a photo to the 1,024 numbers of `pool5`, or to 1,000 classes.
 * It is frozen, so it uses operations with bias and rectifier fused into each convolution. Stock layers have neither
 * local response normalisation nor that fusion.
 */

import {
  assert,
  assertShape,
  ConfigError,
  type EmbeddingBatch,
  float32Tensor,
  type ImageBatch,
  type ImageEncoder,
  type StateDict,
} from '@t2i/core';
import { readCaffeModel, readSafetensors } from '@t2i/formats';
import * as tf from '@tensorflow/tfjs-core';
import { FrozenWeights } from '../frozen-weights.ts';
import {
  BRANCHES,
  GOOGLENET,
  type GoogLeNetArchitecture,
  type InceptionBlock,
  layerChannels,
  weightShapes,
} from './architecture.ts';

/** Subtracted from bytes, in the order Caffe feeds channels: blue, green, red. */
const MEAN_BGR = [104, 117, 123];
/** Caffe divides α = 1e-4 by the 5 channels it sums over; TensorFlow does not. */
const NORMALISATION = { depthRadius: 2, bias: 1, alpha: 1e-4 / 5, beta: 0.75 };

export interface GoogLeNetOptions {
  /** Widths and sizes other than BVLC's, for tests and small variants. */
  readonly architecture?: GoogLeNetArchitecture;
  /**
   * Sides in pixels, multiples of 32, at which the network sees an image; its features are the mean over them. Default the architecture's side
   * only. `pool5` is a mean over the image, so the same weights accept a larger image. It looks nearer to them and gives other features.
   */
  readonly imageSizes?: readonly number[] | undefined;
  /**
   * Layers whose activations over the image become its features, by Caffe's names: `pool2`, `inception_4a`, `inception_5b/3x3`. Default the last
   * block only, whose mean is `pool5`. Several layers are each scaled to length √dim, where dim is the sum of their channels, for equal weight.
   */
  readonly layers?: readonly string[] | undefined;
  /** Whether to weight positions by a Gaussian around the image's centre (deviation: a quarter of the side). Default false: the mean. */
  readonly centre?: boolean | undefined;
}

export class GoogLeNet implements ImageEncoder {
  /** For names of metrics: `googlenet`, or for other features than `pool5` for instance `googlenet-4a-5b-centre-at-224-448`. */
  readonly name: string;
  /** The name and a hash of the weights. */
  readonly id: string;
  readonly dim: number;
  /** The largest side. Images are scaled down for the others. */
  readonly imageSize: number;
  /** Whether its features are `pool5`, the input of the classifier. */
  readonly classifies: boolean;
  readonly #imageSizes: readonly number[];
  readonly #layers: readonly string[];
  readonly #centre: boolean;
  readonly #architecture: GoogLeNetArchitecture;
  readonly #weights: FrozenWeights;

  private constructor(state: StateDict, options: GoogLeNetOptions) {
    const { architecture = GOOGLENET, imageSizes = [architecture.imageSize], centre = false } = options;
    const { layers = [architecture.blocks.at(-1)!.name] } = options;
    assertImageSizes(imageSizes);
    const channels = assertLayers(layers, layerChannels(architecture));
    this.#imageSizes = imageSizes;
    this.#layers = layers;
    this.#centre = centre;
    this.#architecture = architecture;
    this.imageSize = Math.max(...imageSizes);
    this.#weights = new FrozenWeights(state, weightShapes(architecture));
    this.dim = channels.reduce((sum, count) => sum + count);
    const pool5 = layers.join() === architecture.blocks.at(-1)!.name;
    this.classifies = pool5 && !centre;
    const ownSide = imageSizes.join() === `${architecture.imageSize}`;
    this.name = nameOf({ layers: pool5 ? [] : layers, centre, imageSizes: ownSide ? [] : imageSizes });
    this.id = `${this.name}-${this.#weights.hash}`;
  }

  /**
   * Reads weights from a safetensors file: convolutions HWIO, classifier [in, out], named as in Caffe with `/weight` and `/bias`.
   * @throws CheckpointError if the file is damaged or of another network. It names the first tensor that differs
   * @throws ConfigError when `imageSizes` are not multiples of 32 in ascending order, or `layers` are none of this network
   */
  static fromSafetensors(file: Uint8Array, options: GoogLeNetOptions = {}): GoogLeNet {
    return new GoogLeNet(readSafetensors(file, 'GoogLeNet weights'), options);
  }

  /**
   * Reads `bvlc_googlenet.caffemodel` without the two auxiliary classifiers, which only training needs.
   * @throws CheckpointError when the file is damaged or of another network
   * @throws ConfigError when `imageSizes` are not multiples of 32 in ascending order, or `layers` are none of this network
   */
  static fromCaffeModel(file: Uint8Array, options: GoogLeNetOptions = {}): GoogLeNet {
    const shapes = weightShapes(options.architecture ?? GOOGLENET);
    const { tensors } = readCaffeModel(file);
    const wanted = Object.entries(tensors).filter(([name]) => shapes.has(name));
    const reshaped = wanted.map(([name, { shape, data }]) => [name, fromCaffeLayout(shape, data)] as const);
    return new GoogLeNet({ tensors: Object.fromEntries(reshaped), metadata: {} }, options);
  }

  /** The average of the last block over the image: `pool5/7x7_s1`, non-negative, not normalised; or the features of the options. */
  async encode(images: ImageBatch): Promise<EmbeddingBatch> {
    const features = tf.tidy(() => {
      const pixels = this.#prepared(images);
      const each = this.#imageSizes.map((side) => this.#features(scaledDown(pixels, side)));
      const layers = this.#layers.map((name) =>
        tf.mean<tf.Tensor2D>(tf.stack(each.map((found) => found.get(name)!)), 0),
      );
      if (layers.length === 1) return layers[0]!;
      return tf.concat(
        layers.map((layer) => tf.mul(unitRows(layer), Math.sqrt(this.dim))),
        1,
      );
    });
    try {
      return { data: (await features.data()) as Float32Array, shape: [images.shape[0], this.dim] };
    } finally {
      features.dispose();
    }
  }

  /**
   * Probabilities of the ImageNet classes, [n, classes].
   * @throws ConfigError if its features are not `pool5` (`classifies`)
   */
  async classify(images: ImageBatch): Promise<EmbeddingBatch> {
    return this.probabilities(await this.encode(images));
  }

  /** The same from existing features. */
  async probabilities({ data, shape }: EmbeddingBatch): Promise<EmbeddingBatch> {
    if (!this.classifies)
      throw new ConfigError(`The classifier of GoogLeNet takes pool5, not features of ${this.name}.`);
    const probabilities = tf.tidy(() => {
      const features = tf.tensor2d(data, [shape[0], this.dim]);
      const scores = tf.matMul(features, this.#weights.get('loss3/classifier/weight') as tf.Tensor2D);
      return tf.softmax(tf.add(scores, this.#weights.get('loss3/classifier/bias')));
    });
    try {
      return { data: (await probabilities.data()) as Float32Array, shape: [shape[0], this.#architecture.classes] };
    } finally {
      probabilities.dispose();
    }
  }

  dispose(): void {
    this.#weights.dispose();
  }

  /** [-1, 1] RGB → bytes in BGR order without their mean. */
  #prepared({ data, shape }: ImageBatch): tf.Tensor4D {
    const [n, height, width] = shape;
    assert(
      height === this.imageSize && width === this.imageSize,
      `GoogLeNet takes ${this.imageSize} pixels, not ${width}×${height}`,
    );
    assertShape('images', data, shape);
    const bgr = tf.reverse(tf.tensor4d(data, [n, height, width, 3]), 3);
    // (x + 1) · 127.5 − mean
    return tf.add(tf.mul(bgr, 127.5), tf.tensor1d(MEAN_BGR.map((mean) => 127.5 - mean))) as tf.Tensor4D;
  }

  /** The activations of the requested layers over the whole image. */
  #features(pixels: tf.Tensor4D): ReadonlyMap<string, tf.Tensor2D> {
    const found = new Map<string, tf.Tensor2D>();
    const show = (name: string, x: tf.Tensor4D) => {
      if (this.#layers.includes(name)) found.set(name, this.#centre ? centreMean(x) : tf.mean(x, [1, 2]));
      return x;
    };
    let x = this.#conv(pixels, 'conv1/7x7_s2', 2, STEM_PADDING);
    x = tf.localResponseNormalization(pooled(x, 2), ...NORMALISE);
    x = this.#conv(this.#conv(x, 'conv2/3x3_reduce'), 'conv2/3x3');
    x = show('pool2', pooled(tf.localResponseNormalization(x, ...NORMALISE), 2));
    for (const block of this.#architecture.blocks) {
      x = show(block.name, this.#inception(block.pooled ? pooled(x, 2) : x, block, show));
    }
    return found;
  }

  #inception(
    x: tf.Tensor4D,
    { name }: InceptionBlock,
    show: (name: string, x: tf.Tensor4D) => tf.Tensor4D,
  ): tf.Tensor4D {
    const branches = [
      this.#conv(x, `${name}/1x1`),
      this.#conv(this.#conv(x, `${name}/3x3_reduce`), `${name}/3x3`),
      this.#conv(this.#conv(x, `${name}/5x5_reduce`), `${name}/5x5`),
      this.#conv(pooled(x, 1), `${name}/pool_proj`),
    ];
    return tf.concat4d(
      branches.map((branch, i) => show(`${name}/${BRANCHES[i]}`, branch)),
      3,
    );
  }

  #conv(
    x: tf.Tensor4D,
    name: string,
    strides = 1,
    pad: tf.backend_util.ExplicitPadding | 'same' = 'same',
  ): tf.Tensor4D {
    const filter = this.#weights.get(`${name}/weight`) as tf.Tensor4D;
    return tf.fused.conv2d({ x, filter, strides, pad, bias: this.#weights.get(`${name}/bias`), activation: 'relu' });
  }
}

const NORMALISE = [NORMALISATION.depthRadius, NORMALISATION.bias, NORMALISATION.alpha, NORMALISATION.beta] as const;

/** Caffe pads 3 on every side and ignores the last column and row; 'same' would pad 2 before and 3 after. */
const STEM_PADDING: tf.backend_util.ExplicitPadding = [
  [0, 0],
  [3, 2],
  [3, 2],
  [0, 0],
];

/** Multiples of 32, so that every layer with strides of two has an even number of rows: see `pooled`. */
function assertImageSizes(imageSizes: readonly number[]): void {
  const ascending = imageSizes.every((side, i) => side > (imageSizes[i - 1] ?? 0) && side % 32 === 0);
  if (ascending && imageSizes.length > 0) return;
  throw new ConfigError(`GoogLeNet needs image sides that are multiples of 32 pixels, got ${imageSizes.join(', ')}.`, {
    hint: 'Name sides in ascending order, as in 224, 448.',
  });
}

/** @returns the number of channels of each */
function assertLayers(layers: readonly string[], channels: ReadonlyMap<string, number>): number[] {
  const wrong = layers.find((name, i) => !channels.has(name) || layers.indexOf(name) < i);
  if (wrong === undefined && layers.length > 0) return layers.map((name) => channels.get(name)!);
  throw new ConfigError(`GoogLeNet has no layer "${wrong ?? ''}", or the layer is listed twice.`, {
    hint: `There are ${[...channels.keys()].join(', ')}.`,
  });
}

/** The name with all differences from `pool5` at the default side: `googlenet-4a-5b.3x3-centre-at-224-448`. */
function nameOf({
  layers,
  centre,
  imageSizes,
}: {
  layers: readonly string[];
  centre: boolean;
  imageSizes: readonly number[];
}): string {
  const shown = layers.map((name) => name.replace('inception_', '').replace('/', '.'));
  const sides = imageSizes.length === 0 ? [] : ['at', ...imageSizes];
  return ['googlenet', ...shown, ...(centre ? ['centre'] : []), ...sides].join('-');
}

/** The mean over the image, weighted by a Gaussian around its centre. */
function centreMean(x: tf.Tensor4D): tf.Tensor2D {
  const [, height, width] = x.shape;
  const down = tf.tensor4d(gaussian(height), [1, height, 1, 1]);
  const across = tf.tensor4d(gaussian(width), [1, 1, width, 1]);
  return tf.sum(tf.mul(x, tf.mul(down, across)), [1, 2]);
}

/** Gaussian weights of `places` positions that add up to one; the deviation is a quarter of them. */
function gaussian(places: number): number[] {
  const heights = Array.from({ length: places }, (_, i) => Math.exp(-0.5 * (((i + 0.5) / places - 0.5) / 0.25) ** 2));
  const sum = heights.reduce((a, b) => a + b);
  return heights.map((height) => height / sum);
}

/** Scales each row to length one; a row of zeros stays. */
function unitRows(x: tf.Tensor2D): tf.Tensor2D {
  return tf.div(x, tf.maximum(tf.norm(x, 2, 1, true), 1e-12));
}

/** Bilinear between pixel centres. At half the side it is the mean of 2×2 pixels. */
function scaledDown(pixels: tf.Tensor4D, side: number): tf.Tensor4D {
  return pixels.shape[1] === side ? pixels : tf.image.resizeBilinear(pixels, [side, side], false, true);
}

/** Caffe rounds the number of windows up. At even sizes this equals 'same' with 3×3 windows and stride 2. */
function pooled(x: tf.Tensor4D, strides: number): tf.Tensor4D {
  return tf.maxPool(x, 3, strides, 'same');
}

/** Caffe: convolutions [out, in, height, width], classifier [out, in]. */
function fromCaffeLayout(shape: readonly number[], data: Float32Array) {
  if (shape.length === 1) return float32Tensor(shape, data);
  const [channelsOut = 0, channelsIn = 0, height = 1, width = 1] = shape;
  const moved = new Float32Array(data.length);
  const area = height * width;
  for (let o = 0; o < channelsOut; o++) {
    for (let i = 0; i < channelsIn; i++) {
      for (let p = 0; p < area; p++)
        moved[(p * channelsIn + i) * channelsOut + o] = data[(o * channelsIn + i) * area + p]!;
    }
  }
  return float32Tensor(
    shape.length === 2 ? [channelsIn, channelsOut] : [height, width, channelsIn, channelsOut],
    moved,
  );
}
