/** The embeddings of captions. An embedding does not depend on what else is encoded; the most recent ones are cached. */

import { type CaptionEncoder, errorMessage, T2iError } from '@t2i/core';

/** Captions: four megabytes of embeddings of 1024 numbers. */
const CACHED = 1024;

/** In the place of an image: the encoder rejected the caption. */
export interface RejectedCaption {
  readonly rejected: string;
}

interface Encoded {
  readonly embeddings: ReadonlyMap<string, Float32Array>;
  readonly rejected: ReadonlyMap<string, RejectedCaption>;
}

export class CaptionEmbeddings {
  readonly #encoder: CaptionEncoder;
  /** In order of last use, so that the oldest can be dropped. */
  readonly #cache = new Map<string, Float32Array | RejectedCaption>();

  constructor(encoder: CaptionEncoder) {
    this.#encoder = encoder;
  }

  /** A caption that the encoder rejects does not affect the others. */
  async of(captions: ReadonlySet<string>): Promise<Encoded> {
    const embeddings = new Map<string, Float32Array>();
    const rejected = new Map<string, RejectedCaption>();
    for (const caption of captions) {
      const result = this.#cache.get(caption) ?? (await this.#encode(caption));
      this.#cache.delete(caption);
      this.#cache.set(caption, result);
      if ('rejected' in result) rejected.set(caption, result);
      else embeddings.set(caption, result);
    }
    for (const [oldest] of this.#cache) {
      if (this.#cache.size <= CACHED) break;
      this.#cache.delete(oldest);
    }
    return { embeddings, rejected };
  }

  /** Alone: a backend may round differently in a larger pass, and the same seed would give other pixels under load. */
  async #encode(caption: string): Promise<Float32Array | RejectedCaption> {
    try {
      return (await this.#encoder.encode([caption])).data;
    } catch (error) {
      if (!T2iError.isInstance(error)) throw error;
      return { rejected: errorMessage(error) };
    }
  }
}
