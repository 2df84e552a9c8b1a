/** The embeddings of captions, each the same whatever else is encoded at the time; those asked for last are kept. */

import { type CaptionEncoder, errorMessage, T2iError } from '@t2i/core';
import type { Refusal } from './painter.ts';

/** Captions: four megabytes of embeddings of 1024 numbers. */
const KEPT = 1024;

export type Embeddings = ReadonlyMap<string, Float32Array | Refusal>;

export class CaptionEmbeddings {
  readonly #encoder: CaptionEncoder;
  /** In order of last use, so that the oldest can be forgotten. */
  readonly #kept = new Map<string, Float32Array | Refusal>();

  constructor(encoder: CaptionEncoder) {
    this.#encoder = encoder;
  }

  /** One caption that the encoder does not take does not spoil the others. */
  async of(captions: ReadonlySet<string>): Promise<Embeddings> {
    const found = new Map<string, Float32Array | Refusal>();
    for (const caption of captions) {
      const embedding = this.#kept.get(caption) ?? (await this.#encode(caption));
      this.#kept.delete(caption);
      this.#kept.set(caption, embedding);
      found.set(caption, embedding);
    }
    for (const [oldest] of this.#kept) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(oldest);
    }
    return found;
  }

  /** Alone: a backend may round it otherwise in a larger pass, and the same seed would give other pixels under load. */
  async #encode(caption: string): Promise<Float32Array | Refusal> {
    try {
      return (await this.#encoder.encode([caption])).data;
    } catch (error) {
      if (!T2iError.isInstance(error)) throw error;
      return { refused: errorMessage(error) };
    }
  }
}
