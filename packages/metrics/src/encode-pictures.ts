/** Pictures to feature vectors, batch by batch, through any image encoder. */

import {
  type EmbeddingBatch,
  type ImageBatch,
  type ImageEncoder,
  type RgbImage,
  toImageBatch,
  toRgbImages,
} from '@t2i/core';

export interface EncodePicturesOptions {
  readonly encoder: Pick<ImageEncoder, 'encode' | 'dim' | 'imageSize'>;
  /** Brings a picture to the size that the encoder takes; bicubic, for all pictures that are compared. */
  readonly resize: (picture: RgbImage, width: number, height: number) => RgbImage;
  /** Hears how many pictures are done. */
  readonly onProgress?: ((done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One row per picture, in order. Pictures are rounded to bytes first, as files of them would be: an extractor must not see
 * in generated pictures what no photo has.
 */
export async function encodePictures(
  batches: AsyncIterable<ImageBatch> | Iterable<ImageBatch>,
  { encoder, resize, onProgress, signal }: EncodePicturesOptions,
): Promise<EmbeddingBatch> {
  const { dim, imageSize: side } = encoder;
  const parts: Float32Array[] = [];
  let done = 0;
  for await (const batch of batches) {
    signal?.throwIfAborted();
    const pictures = toRgbImages(batch).map((picture) =>
      picture.width === side && picture.height === side ? picture : resize(picture, side, side),
    );
    const { data } = await encoder.encode(toImageBatch(pictures));
    parts.push(data.slice()); // some engines give out their own memory
    done += pictures.length;
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
