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

/**
 * One row per caption, in order. Holds the table once, plus one batch.
 * A caption that occurs several times is encoded once. Captions of similar length are encoded together, which saves padding for some encoders.
 */
export async function precompute(options: PrecomputeOptions): Promise<EmbeddingBatch> {
  const { encoder, captions, batchSize = 256, onProgress, signal } = options;
  assert(Number.isInteger(batchSize) && batchSize >= 1, `batchSize must be an integer of at least 1, got ${batchSize}`);
  const { dim } = encoder;
  const data = new Float32Array(captions.length * dim);
  const places = rowsByCaption(captions);
  const distinct = [...places.keys()].sort((a, b) => a.length - b.length);
  for (let start = 0, done = 0; start < distinct.length; start += batchSize) {
    signal?.throwIfAborted();
    const batch = distinct.slice(start, start + batchSize);
    const embeddings = await encoder.encode(batch, { together: true });
    assertShape(`result of encoder ${encoder.id}`, embeddings.data, [batch.length, dim]);
    batch.forEach((caption, i) => {
      const embedding = embeddings.data.subarray(i * dim, (i + 1) * dim);
      for (const row of places.get(caption)!) data.set(embedding, row * dim);
      done += places.get(caption)!.length;
    });
    onProgress?.(done, captions.length);
  }
  return { data, shape: [captions.length, dim] };
}

function rowsByCaption(captions: readonly string[]): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  captions.forEach((caption, row) => {
    const known = rows.get(caption);
    if (known === undefined) rows.set(caption, [row]);
    else known.push(row);
  });
  return rows;
}
