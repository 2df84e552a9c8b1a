/** The image side of a joint embedding: what turns images into vectors, and vectors of a data set's photos kept for training. */

import type { EmbeddingBatch, ImageBatch } from './model.ts';

/** Turns images into vectors. */
export interface ImageEncoder {
  /** Names the encoder and its weights; two encoders with the same id give the same vectors. */
  readonly id: string;
  readonly dim: number;
  /** Side of the square images it takes, in pixels. */
  readonly imageSize: number;
  /** One row per image, in order. */
  encode(images: ImageBatch): Promise<EmbeddingBatch>;
  /** Frees everything the encoder holds on its backend. */
  dispose(): void;
}

/** Vectors of the items of a data set in several views (crops, flips). */
export interface ImageFeatures {
  /** `ImageEncoder.id`. */
  readonly encoderId: string;
  /** `TextImageDataset.fingerprint` of the data set whose items these are. */
  readonly datasetFingerprint: string;
  readonly dim: number;
  /** Items of the data set. */
  readonly size: number;
  readonly views: readonly string[];
  /** Rows [items, dim] in the order asked for. Throws a `DatasetError` for a view or an item there are no features of. */
  read(items: readonly number[], view: string): Promise<Float32Array>;
}
