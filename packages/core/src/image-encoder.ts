/** The image side of a joint embedding: an encoder of images, and stored features of a data set's photos for training. */

import type { EmbeddingBatch, ImageBatch } from './model.ts';

/** Turns images into vectors. */
export interface ImageEncoder {
  /** Identifies the encoder and its weights. Two encoders with the same id give the same vectors. */
  readonly id: string;
  readonly dim: number;
  /** Side of the square input images, in pixels. */
  readonly imageSize: number;
  /** One row per image, in order. */
  encode(images: ImageBatch): Promise<EmbeddingBatch>;
  /** Frees everything that the encoder holds on its backend. */
  dispose(): void;
}

/** Vectors of the items of a data set in several views (crops, flips). */
export interface ImageFeatures {
  /** `ImageEncoder.id`. */
  readonly encoderId: string;
  /** `TextImageDataset.fingerprint` of the data set. */
  readonly datasetFingerprint: string;
  readonly dim: number;
  /** Number of items of the data set. */
  readonly size: number;
  readonly views: readonly string[];
  /** Rows [items, dim] in the given order. Throws a `DatasetError` for a view or an item without features. */
  read(items: readonly number[], view: string): Promise<Float32Array>;
}
