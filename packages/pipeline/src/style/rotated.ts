/** Captions of other images: for images that share a style but not a caption. */

import type { EmbeddingBatch } from '@t2i/core';

/** Each caption one place further, the last one first. */
export function rotated({ data, shape }: EmbeddingBatch): EmbeddingBatch {
  return { data: rotatedRows(data, shape[0]), shape };
}

/** The same for any `rows` rows. */
export function rotatedRows(data: Float32Array, rows: number): Float32Array {
  const length = data.length / rows;
  const moved = new Float32Array(data.length);
  moved.set(data.subarray(0, -length), length);
  moved.set(data.subarray(-length));
  return moved;
}
