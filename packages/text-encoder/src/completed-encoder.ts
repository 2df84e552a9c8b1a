/** Completes captions that do not begin like the training captions, so that they begin alike. */

import type { CaptionEncoder, CaptionReading, EmbeddingBatch, EncodeOptions } from '@t2i/core';
import { fnv1a } from '@t2i/core';

/** How to complete a caption. It is part of a model, so that every caller generates the same images. */
export interface CaptionCompletion {
  /** Words that are put before the caption: `this flower has petals that are`. */
  readonly prefix: string;
  /** First words of the data's captions, in lower case. A caption that begins with one of them is left unchanged. */
  readonly unless: readonly string[];
}

/** First words of 95 of 100 captions of Oxford-102. */
export const USUAL_BEGINNINGS: readonly string[] = ['this', 'the', 'a', 'an', 'these', 'there', 'it'];

const FIRST_WORD = /\p{L}+/u;

/** The caption as it is encoded. A caption that is blank, or has no word, is left to the encoder. */
export function completeCaption(caption: string, { prefix, unless }: CaptionCompletion): string {
  const first = FIRST_WORD.exec(caption)?.[0].toLowerCase();
  return first === undefined || unless.includes(first) ? caption : `${prefix.trimEnd()} ${caption.trimStart()}`;
}

/** An encoder that completes every caption before it is encoded. Its `id` differs from that of the encoder alone. */
export class CompletedEncoder implements CaptionEncoder {
  readonly id: string;
  readonly dim: number;
  readonly completion: CaptionCompletion;
  readonly #encoder: CaptionEncoder;

  /** Takes ownership of the encoder and disposes of it. */
  constructor(encoder: CaptionEncoder, completion: CaptionCompletion) {
    this.#encoder = encoder;
    this.dim = encoder.dim;
    this.completion = completion;
    const { prefix, unless } = completion;
    this.id = `${encoder.id}-completed-${fnv1a(new TextEncoder().encode(JSON.stringify([prefix, unless])))}`;
  }

  encode(captions: readonly string[], options?: EncodeOptions): Promise<EmbeddingBatch> {
    const completed = captions.map((caption) => completeCaption(caption, this.completion));
    return this.#encoder.encode(completed, options);
  }

  /** Reads the caption as typed. Its `cut` end takes the added words into account. */
  read(caption: string): CaptionReading {
    const nothing = { unknown: [], corrected: [], cut: '' };
    if (this.#encoder.read === undefined) return nothing;
    const { cut } = this.#encoder.read(completeCaption(caption, this.completion));
    return { ...this.#encoder.read(caption), cut };
  }

  dispose(): void {
    this.#encoder.dispose?.();
  }
}

/** The encoder as a model uses it: with a completion if there is one. */
export function withCompletion(encoder: CaptionEncoder, completion: CaptionCompletion | undefined): CaptionEncoder {
  return completion === undefined ? encoder : new CompletedEncoder(encoder, completion);
}
