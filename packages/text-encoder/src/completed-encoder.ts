/** Captions that begin otherwise than those an encoder was trained on, completed so that they begin alike. */

import type { CaptionEncoder, CaptionReading, EmbeddingBatch, EncodeOptions } from '@t2i/core';
import { fnv1a } from '@t2i/core';

/** How to complete a caption: part of a model, so that every caller draws the same. */
export interface CaptionCompletion {
  /** Words that are put before the caption: `this flower has petals that are`. */
  readonly prefix: string;
  /** First words, in small letters, that captions of the data have: one that begins so is left as it is. */
  readonly unless: readonly string[];
}

/** How captions of Oxford-102 begin, 95 of 100. */
export const USUAL_BEGINNINGS: readonly string[] = ['this', 'the', 'a', 'an', 'these', 'there', 'it'];

const FIRST_WORD = /\p{L}+/u;

/** The caption as it is encoded. One that is blank, or has no word, is left to the encoder. */
export function completeCaption(caption: string, { prefix, unless }: CaptionCompletion): string {
  const first = FIRST_WORD.exec(caption)?.[0].toLowerCase();
  return first === undefined || unless.includes(first) ? caption : `${prefix.trimEnd()} ${caption.trimStart()}`;
}

/** An encoder that completes every caption before it is encoded. Its `id` is another than that of the encoder alone. */
export class CompletedEncoder implements CaptionEncoder {
  readonly id: string;
  readonly dim: number;
  readonly completion: CaptionCompletion;
  readonly #encoder: CaptionEncoder;

  /** The encoder becomes this object's to dispose. */
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

  /** Of the caption as it was typed; what is cut off is so because of the words before it, too. */
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

/** The encoder as a model uses it: with a completion where there is one. */
export function withCompletion(encoder: CaptionEncoder, completion: CaptionCompletion | undefined): CaptionEncoder {
  return completion === undefined ? encoder : new CompletedEncoder(encoder, completion);
}
