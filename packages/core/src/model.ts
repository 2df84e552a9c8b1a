/**
 * The model seam: typed arrays in, typed arrays out.
 * Trainer, server, metrics and CLI see only this, so the backend below a model can be replaced whole.
 */

import type { JsonValue } from './json.ts';
import type { Rng } from './rng.ts';
import type { StateDict } from './state-dict.ts';

/** Pixels in [-1, 1], NHWC, RGB. */
export interface ImageBatch {
  readonly data: Float32Array;
  readonly shape: readonly [n: number, height: number, width: number, channels: 3];
}

/** Caption embeddings, one row each. */
export interface EmbeddingBatch {
  readonly data: Float32Array;
  readonly shape: readonly [n: number, dim: number];
}

export interface EncodeOptions {
  /**
   * Whether captions may share passes of a backend: faster for many, but kernels choose their algorithms by the size of a pass, and so the
   * last bit of an embedding depends on the others. Default false.
   */
  readonly together?: boolean | undefined;
}

/** What an encoder makes of a caption before it embeds it: to be told to whoever typed it. */
export interface CaptionReading {
  /** Words that it never met in training: they count for nothing, or for something that nobody chose. */
  readonly unknown: readonly string[];
  /** Words that are read as others, a typing error away. */
  readonly corrected: readonly { readonly typed: string; readonly as: string }[];
  /** The end of the caption, where it is too long to be read whole; otherwise empty. */
  readonly cut: string;
}

/** Turns captions into vectors. */
export interface CaptionEncoder {
  /** Names the encoder and its weights; two encoders with the same id give the same embeddings. */
  readonly id: string;
  readonly dim: number;
  /**
   * One row per caption, in order; the same row in any company, unless `together` is set.
   * Throws a `ConfigError` for a caption it cannot take (an empty one, for instance).
   */
  encode(captions: readonly string[], options?: EncodeOptions): Promise<EmbeddingBatch>;
  /** How it reads a caption, where it can tell. Needs no backend. */
  read?(caption: string): CaptionReading;
  /** Frees what it holds on a backend, where it holds something; the next caption may bring it back. */
  dispose?(): void;
}

/** What images are generated from. Row i of both belongs together. */
export interface GenerateInput {
  readonly embeddings: EmbeddingBatch;
  /** [n, noiseDim], samples of N(0, 1). */
  readonly noise: Float32Array;
}

/** Generates images from embeddings. */
export interface TextToImageModel {
  readonly specificationVersion: 'v1';
  /** Side of the square images, in pixels. */
  readonly imageSize: number;
  readonly noiseDim: number;
  readonly embeddingDim: number;
  /** The most images that one call of `generate` accepts: it bounds the memory. `generateImages` splits larger inputs. */
  readonly maxImagesPerCall: number;
  /**
   * One image per row, in order, at most `maxImagesPerCall`.
   * Throws an `EmbeddingDimensionError` when the embeddings do not have `embeddingDim` numbers each (see `assertCall`).
   */
  generate(input: GenerateInput): Promise<ImageBatch>;
  /** Frees everything the model holds on its backend. */
  dispose(): void;
}

/** How a model wants its mismatching pairs: real image + wrong text, wrong image + right text, or none at all. */
export type Mismatch = 'text' | 'image' | 'none';

/** One minibatch. Row i of every member belongs together. */
export interface TrainBatch {
  readonly images: ImageBatch;
  readonly embeddings: EmbeddingBatch;
  /** Embeddings of captions of another class than the image's; present when the model's mismatch is 'text'. */
  readonly wrongEmbeddings?: EmbeddingBatch;
  /** Images of another class than the caption's; present when the model's mismatch is 'image'. */
  readonly wrongImages?: ImageBatch;
}

export interface TrainStepOptions {
  readonly learningRate: number;
  /** Everything random within the step (noise, interpolation) is drawn from here, so that its state resumes exactly. */
  readonly rng: Rng;
  /**
   * Where several processes train one model: replaces the gradients of a network, in place, by their mean over all processes, before they
   * are applied. A step calls it once for each network that learns, with the same arrays in the same order in every process.
   */
  readonly exchange?: (gradients: readonly Float32Array[]) => Promise<void>;
}

/** Named results of a step: `loss/discriminator`, `loss/generator`, `score/real`, … */
export type StepScalars = Readonly<Record<string, number>>;

/** Anything that learns from batches of one kind: all that the training loop needs to know of it. */
export interface Trainable<Batch> {
  /** The resolved configuration, enough to build the same model again. */
  readonly config: JsonValue;
  /** A `config` that an earlier version saved, with the settings added since at their defaults. Without it a run keeps to its version. */
  completeConfig?(saved: JsonValue): JsonValue;
  /**
   * Whether a step may begin before the figures of the one before have arrived: everything that a step changes is changed, or put in order on the
   * backend, before `step` first awaits. Then a graphics card is never idle for the sake of figures that are read later. With `exchange` a step
   * awaits, and the next one must wait for it.
   */
  readonly stepsAhead?: boolean;
  step(batch: Batch, options: TrainStepOptions): Promise<StepScalars>;
  /** Weights, optimiser moments, averages: everything `load` needs to continue bit for bit. */
  state(): Promise<StateDict>;
  /** Throws a `CheckpointError` naming the first tensor that is missing, unknown or of another shape, and changes nothing then. */
  load(state: StateDict): Promise<void>;
}

/** A text-to-image model that learns. */
export interface TrainableModel extends TextToImageModel, Trainable<TrainBatch> {
  readonly mismatch: Mismatch;
}
