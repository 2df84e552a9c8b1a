/** An encoder that looks captions up in a table of embeddings. */

import type { CaptionEncoder, CaptionReading, EmbeddingBatch, EncodeOptions } from '@t2i/core';
import { assert, ConfigError } from '@t2i/core';
import { type EmbeddingTable, tableInMemory } from './embedding-table.ts';

export interface PrecomputedOptions {
  /** The `id` of the encoder that made the table. */
  readonly id: string;
  readonly captions: readonly string[];
  /** One row per caption. Kept, not copied. */
  readonly embeddings: EmbeddingBatch | EmbeddingTable;
  /** Encodes captions that are not in the table; must be the encoder that made it. */
  readonly fallback?: CaptionEncoder | undefined;
}

/**
 * Looks up known captions in a table and passes others to the encoder behind it.
 * Its `id` is that of the encoder that made the table, because the embeddings are the same.
 * A caption that occurs twice keeps its first row. Captions are compared exactly, character by character.
 */
export class PrecomputedEncoder implements CaptionEncoder {
  readonly id: string;
  readonly dim: number;
  readonly #rows = new Map<string, number>();
  readonly #table: EmbeddingTable;
  readonly #fallback: CaptionEncoder | undefined;

  /** @throws ConfigError when `fallback` is another encoder than the one that made the table */
  constructor({ id, captions, embeddings, fallback }: PrecomputedOptions) {
    const [count, dim] = embeddings.shape;
    assert(captions.length === count, `${captions.length} captions for ${count} embeddings`);
    if (fallback !== undefined && (fallback.id !== id || fallback.dim !== dim)) {
      throw new ConfigError(
        `The embeddings are those of ${id} (${dim} numbers), the encoder behind them is ${fallback.id} (${fallback.dim} numbers).`,
        { hint: 'Use the encoder that made the embeddings.' },
      );
    }
    this.id = id;
    this.dim = dim;
    this.#table = 'read' in embeddings ? embeddings : tableInMemory(embeddings);
    this.#fallback = fallback;
    captions.forEach((caption, row) => {
      if (!this.#rows.has(caption)) this.#rows.set(caption, row);
    });
  }

  /** @throws ConfigError for a caption that is not in the table when there is no encoder behind it */
  async encode(captions: readonly string[], options?: EncodeOptions): Promise<EmbeddingBatch> {
    const rows = captions.map((caption) => this.#rows.get(caption));
    const found = rows.filter((row) => row !== undefined);
    const known = await this.#table.read(found);
    if (found.length === captions.length) return { data: known, shape: [captions.length, this.dim] };
    const others = await this.#encodeUnknown(
      captions.filter((_, i) => rows[i] === undefined),
      options,
    );
    const data = new Float32Array(captions.length * this.dim);
    let [nextKnown, nextOther] = [0, 0];
    rows.forEach((row, i) => {
      const [source, at] = row === undefined ? [others.data, nextOther++] : [known, nextKnown++];
      data.set(source.subarray(at * this.dim, (at + 1) * this.dim), i * this.dim);
    });
    return { data, shape: [captions.length, this.dim] };
  }

  /** The reading of the encoder behind it. */
  read(caption: string): CaptionReading {
    return this.#fallback?.read?.(caption) ?? { unknown: [], corrected: [], cut: '' };
  }

  #encodeUnknown(captions: readonly string[], options: EncodeOptions | undefined): Promise<EmbeddingBatch> {
    if (this.#fallback !== undefined) return this.#fallback.encode(captions, options);
    throw new ConfigError(
      `${captions.length} captions have no precomputed embedding, the first is ${JSON.stringify(captions[0]!.slice(0, 80))}.`,
      { hint: 'Use captions of the data set, or give the encoder that made the embeddings.' },
    );
  }
}
