/** Computes feature vectors of images batch by batch with any image encoder. */

import {
  type EmbeddingBatch,
  type ImageBatch,
  type ImageEncoder,
  type RgbImage,
  toImageBatch,
  toRgbImages,
} from '@t2i/core';

export interface EncodeImagesOptions {
  readonly encoder: Pick<ImageEncoder, 'encode' | 'dim' | 'imageSize'>;
  /** Resizes an image to the input size of the encoder; bicubic, for all images that are compared. */
  readonly resize: (image: RgbImage, width: number, height: number) => RgbImage;
  /** Receives the number of encoded images. */
  readonly onProgress?: ((done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One row per image, in order. Images are rounded to bytes first, as in image files: an extractor must not see
 * values in generated images that no photo has.
 */
export async function encodeImages(
  batches: AsyncIterable<ImageBatch> | Iterable<ImageBatch>,
  { encoder, resize, onProgress, signal }: EncodeImagesOptions,
): Promise<EmbeddingBatch> {
  const { dim, imageSize: side } = encoder;
  const parts: Float32Array[] = [];
  let done = 0;
  for await (const batch of batches) {
    signal?.throwIfAborted();
    const images = toRgbImages(batch).map((image) =>
      image.width === side && image.height === side ? image : resize(image, side, side),
    );
    const { data } = await encoder.encode(toImageBatch(images));
    parts.push(data.slice()); // some backends return their own memory
    done += images.length;
    onProgress?.(done);
  }
  const rows = new Float32Array(done * dim);
  let at = 0;
  for (const part of parts) {
    rows.set(part, at);
    at += part.length;
  }
  return { data: rows, shape: [done, dim] };
}
