/** Encodes many captions in batches into one table. */

import type { CaptionEncoder, EmbeddingBatch } from '@t2i/core';
import { assert, assertShape } from '@t2i/core';

export interface PrecomputeOptions {
  readonly encoder: CaptionEncoder;
  readonly captions: readonly string[];
  /** Captions per call of the encoder (default 256). */
  readonly batchSize?: number;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Stops between batches. */
  readonly signal?: AbortSignal | undefined;
}

/** One row per caption, in order. Holds the table once, plus one batch. */
export async function precompute(options: PrecomputeOptions): Promise<EmbeddingBatch> {
  const { encoder, captions, batchSize = 256, onProgress, signal } = options;
  assert(Number.isInteger(batchSize) && batchSize >= 1, `batchSize must be an integer of at least 1, got ${batchSize}`);
  const total = captions.length;
  const data = new Float32Array(total * encoder.dim);
  for (let start = 0; start < total; start += batchSize) {
    signal?.throwIfAborted();
    const batch = captions.slice(start, start + batchSize);
    const embeddings = await encoder.encode(batch);
    assertShape(`result of encoder ${encoder.id}`, embeddings.data, [batch.length, encoder.dim]);
    data.set(embeddings.data, start * encoder.dim);
    onProgress?.(start + batch.length, total);
  }
  return { data, shape: [total, encoder.dim] };
}
