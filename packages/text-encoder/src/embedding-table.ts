/** Embeddings by row, in memory or in a file. */

import type { EmbeddingBatch } from '@t2i/core';
import { assert, assertShape, ConfigError, fromFloat16, toFloat16 } from '@t2i/core';

/** Bits of a stored number. 16 keep 11 significant ones: an error below 0.05 %. */
export type Precision = 'float16' | 'float32';

export interface EmbeddingTable {
  readonly shape: readonly [n: number, dim: number];
  /** The rows [rows, dim], in the order asked for. */
  read(rows: readonly number[]): Promise<Float32Array>;
}

/**
 * A table in memory, its numbers rounded to the precision of a file.
 * @throws ConfigError for a number that 16 bits cannot hold
 */
export function tableInMemory(embeddings: EmbeddingBatch, precision: Precision = 'float32'): EmbeddingTable {
  const [n, dim] = embeddings.shape;
  assertShape('table of embeddings', embeddings.data, embeddings.shape);
  const data = withPrecision(embeddings, precision);
  return {
    shape: embeddings.shape,
    async read(rows) {
      const found = new Float32Array(rows.length * dim);
      rows.forEach((row, i) => {
        assert(row >= 0 && row < n, `row ${row} of ${n}`);
        const stored = data.subarray(row * dim, (row + 1) * dim);
        found.set(stored instanceof Uint16Array ? fromFloat16(stored) : stored, i * dim);
      });
      return found;
    },
  };
}

/**
 * Embeddings with the number of bits to store; 16 are given as raw bits.
 * @throws ConfigError for a number that 16 bits cannot hold
 */
export function withPrecision({ data }: EmbeddingBatch, precision: Precision): Float32Array | Uint16Array {
  if (precision === 'float32') return data;
  const halves = toFloat16(data);
  const lost = halves.findIndex((half) => (half & 0x7c00) === 0x7c00);
  if (lost < 0) return halves;
  throw new ConfigError(`The embeddings hold ${data[lost]}, which 16 bits cannot.`, { hint: 'Store them in 32 bits.' });
}
