/**
 * The model interfaces: typed arrays in, typed arrays out.
 * Trainer, server, metrics and CLI use only these, so the backend below a model can be replaced.
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
   * Whether captions may share passes of a backend. This is faster for many captions. But kernels choose their algorithms by the size of
   * a pass, so the last bit of an embedding then depends on the other captions. Default false.
   */
  readonly together?: boolean | undefined;
}

/** How an encoder reads a caption before it embeds it, to show to the person who typed it. */
export interface CaptionReading {
  /** Words that did not occur in training. They have no effect, or an arbitrary one. */
  readonly unknown: readonly string[];
  /** Words that are read as other words, one typing error away. */
  readonly corrected: readonly { readonly typed: string; readonly as: string }[];
  /** The unread end of a caption that is too long; otherwise empty. */
  readonly cut: string;
}

/** Turns captions into vectors. */
export interface CaptionEncoder {
  /** Identifies the encoder and its weights. Two encoders with the same id give the same embeddings. */
  readonly id: string;
  readonly dim: number;
  /**
   * One row per caption, in order. A row does not depend on the other captions, unless `together` is set.
   * Throws a `ConfigError` for a caption that it cannot encode (an empty one, for instance).
   */
  encode(captions: readonly string[], options?: EncodeOptions): Promise<EmbeddingBatch>;
  /** How it reads a caption; absent if it cannot tell. Needs no backend. */
  read?(caption: string): CaptionReading;
  /** Frees everything that it holds on a backend. The next caption may allocate it again. */
  dispose?(): void;
}

/** The inputs of a generator. Rows i of both belong together. */
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
  /** The most images that one call of `generate` accepts. It limits memory. `generateImages` splits larger inputs. */
  readonly maxImagesPerCall: number;
  /**
   * One image per row, in order, at most `maxImagesPerCall`.
   * Throws an `EmbeddingDimensionError` when the embeddings do not have `embeddingDim` numbers each (see `assertCall`).
   */
  generate(input: GenerateInput): Promise<ImageBatch>;
  /** Frees everything that the model holds on its backend. */
  dispose(): void;
}

/** The mismatching pairs that a model needs: real image + wrong text, wrong image + right text, or none. */
export type Mismatch = 'text' | 'image' | 'none';

/** One minibatch. Rows i of all members belong together. */
export interface TrainBatch {
  readonly images: ImageBatch;
  readonly embeddings: EmbeddingBatch;
  /** Embeddings of captions of another class than the image's; present if the model's mismatch is 'text'. */
  readonly wrongEmbeddings?: EmbeddingBatch;
  /** Images of another class than the caption's; present if the model's mismatch is 'image'. */
  readonly wrongImages?: ImageBatch;
}

export interface TrainStepOptions {
  readonly learningRate: number;
  /** The source of all randomness in the step (noise, interpolation), so that its state resumes exactly. */
  readonly rng: Rng;
  /**
   * For training one model on several processes: replaces the gradients of a network in place by their mean over all processes, before
   * they are applied. A step calls it once per network that learns, with the same arrays in the same order in every process.
   */
  readonly exchange?: (gradients: readonly Float32Array[]) => Promise<void>;
}

/** Named results of a step: `loss/discriminator`, `loss/generator`, `score/real`, … */
export type StepScalars = Readonly<Record<string, number>>;

/** Anything that learns from batches of one kind, as the training loop uses it. */
export interface Trainable<Batch> {
  /** The resolved configuration. It suffices to build the same model again. */
  readonly config: JsonValue;
  /** Completes a `config` saved by an earlier version with defaults for newer settings. Without it only the same version can resume a run. */
  completeConfig?(saved: JsonValue): JsonValue;
  /**
   * Whether a step may begin before the metrics of the previous one have arrived. This requires that `step` changes everything, or queues
   * the changes on the backend, before it first awaits. Then a graphics card never waits for metrics to be read. With `exchange` a step
   * awaits, and the next one must wait for it.
   */
  readonly stepsAhead?: boolean;
  step(batch: Batch, options: TrainStepOptions): Promise<StepScalars>;
  /** Weights, optimiser moments, averages: everything that `load` needs to continue bit for bit. */
  state(): Promise<StateDict>;
  /** Throws a `CheckpointError` that names the first tensor that is missing, unknown or of another shape. It then changes nothing. */
  load(state: StateDict): Promise<void>;
}

/** A text-to-image model that learns. */
export interface TrainableModel extends TextToImageModel, Trainable<TrainBatch> {
  readonly mismatch: Mismatch;
}
