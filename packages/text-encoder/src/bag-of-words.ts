/**
 * A bag of words, weighted by tf-idf: the simplest baseline in the encoder paper (Reed et al. 2016, arXiv 1605.05395, tables 1 and 2, row "BoW").
 * The weights are those of scikit-learn's `TfidfVectorizer()` (smoothed idf, l2 norm), times √dim.
 */

import type { EmbeddingBatch, JsonValue, Logger, StateDict } from '@t2i/core';
import { CheckpointError, ConfigError, float32Tensor, fnv1a, silentLogger } from '@t2i/core';
import { assertNotBlank, tokenizeWords } from './captions.ts';
import type { RestoreOptions, SavableEncoder } from './savable-encoder.ts';
import { parseMetadata } from './savable-encoder.ts';

export interface BagOfWordsOptions {
  /** Maximum size of the vocabulary and of the embedding (default 1024). The words of the most captions win. */
  readonly maxWords?: number;
  /** Leaves out words that fewer captions contain (default 1). */
  readonly minCount?: number;
  /** Receives a warning for captions without any known word. */
  readonly logger?: Logger | undefined;
}

interface BagOfWordsParts {
  readonly vocabulary: readonly string[];
  readonly idf: Float32Array;
  readonly settings: JsonValue;
  readonly logger?: Logger | undefined;
}

/**
 * Embeds a caption as the words it contains, order ignored:
 *
 *     x_w = tf_w · idf_w,   idf_w = ln((1 + n) / (1 + df_w)) + 1,   then scaled to ‖x‖ = √dim
 *
 * with tf_w the occurrences of word w in the caption and df_w the captions, of the n fitted on, that contain it. The norm √dim gives coordinates of unit mean square.
 * A caption without any known word becomes the zero vector, with a warning to the logger; an empty caption is a `ConfigError`.
 */
export class BagOfWords implements SavableEncoder {
  static readonly kind = 'bag-of-words';
  readonly kind = BagOfWords.kind;
  readonly id: string;
  readonly dim: number;
  readonly settings: JsonValue;
  /** The known words, one for each coordinate. */
  readonly vocabulary: readonly string[];
  readonly #idf: Float32Array;
  readonly #columns: ReadonlyMap<string, number>;
  readonly #logger: Logger;

  private constructor({ vocabulary, idf, settings, logger = silentLogger }: BagOfWordsParts) {
    this.vocabulary = vocabulary;
    this.dim = vocabulary.length;
    this.settings = settings;
    this.#idf = idf;
    this.#columns = new Map(vocabulary.map((word, column) => [word, column]));
    this.#logger = logger;
    const weights = new Uint8Array(idf.buffer, idf.byteOffset, idf.byteLength);
    const hash = fnv1a(new TextEncoder().encode(vocabulary.join('\n')), weights);
    this.id = `${this.kind}-${this.dim}-${hash}`;
  }

  /**
   * Chooses the vocabulary and its weights from captions (of the training split, so that nothing of the test split is used).
   * @throws ConfigError for an empty caption, for options out of range, and when no word is left
   */
  static fit(captions: readonly string[], options: BagOfWordsOptions = {}): BagOfWords {
    const { maxWords = 1024, minCount = 1, logger } = options;
    for (const [name, value] of Object.entries({ maxWords, minCount })) {
      if (!Number.isInteger(value) || value < 1) {
        throw new ConfigError(`${name} must be an integer of at least 1, got ${value}.`);
      }
    }
    assertNotBlank(captions);
    const chosen = [...countDocuments(captions)]
      .filter(([, count]) => count >= minCount)
      .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
      .slice(0, maxWords);
    if (chosen.length === 0) {
      throw new ConfigError(`No word occurs in ${minCount} of the ${captions.length} captions.`, {
        hint: 'Lower minCount or give more captions.',
      });
    }
    return new BagOfWords({
      vocabulary: chosen.map(([word]) => word),
      idf: Float32Array.from(chosen, ([, count]) => Math.log((1 + captions.length) / (1 + count)) + 1),
      settings: { maxWords, minCount, captions: captions.length },
      logger,
    });
  }

  /** @throws CheckpointError when the state is not that of a bag of words */
  static fromState(state: StateDict, { logger }: RestoreOptions = {}): BagOfWords {
    const vocabulary = parseMetadata(state, 'vocabulary');
    const settings = parseMetadata(state, 'settings') as JsonValue;
    const idf = state.tensors.idf?.data;
    const areWords = (x: unknown): x is string[] => Array.isArray(x) && x.every((word) => typeof word === 'string');
    if (!areWords(vocabulary) || !(idf instanceof Float32Array) || idf.length !== vocabulary.length) {
      throw new CheckpointError('This bag of words does not have one weight for each word of its vocabulary.');
    }
    if (vocabulary.length === 0 || !idf.every((weight) => weight >= 1 && weight < Number.POSITIVE_INFINITY)) {
      throw new CheckpointError('This bag of words has weights that no fit gives.');
    }
    return new BagOfWords({ vocabulary, idf, settings, logger });
  }

  toState(): StateDict {
    return {
      tensors: { idf: float32Tensor([this.dim], this.#idf) },
      metadata: { vocabulary: JSON.stringify(this.vocabulary), settings: JSON.stringify(this.settings) },
    };
  }

  async encode(captions: readonly string[]): Promise<EmbeddingBatch> {
    assertNotBlank(captions);
    const data = new Float32Array(captions.length * this.dim);
    const unknown = captions.filter(
      (caption, row) => !this.#encodeInto(data.subarray(row * this.dim, (row + 1) * this.dim), caption),
    );
    if (unknown.length > 0) {
      const first = JSON.stringify(unknown[0]!.slice(0, 80));
      this.#logger.warn(
        `${unknown.length} of ${captions.length} captions have no word that the encoder knows (${first}): their embedding is zero.`,
      );
    }
    return { data, shape: [captions.length, this.dim] };
  }

  /** Fills a zeroed row; false when the caption has no known word and the row stays zero. */
  #encodeInto(row: Float32Array, caption: string): boolean {
    const counts = new Map<number, number>();
    for (const word of tokenizeWords(caption)) {
      const column = this.#columns.get(word);
      if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
    }
    let squares = 0;
    for (const [column, count] of counts) squares += (count * this.#idf[column]!) ** 2;
    const scale = Math.sqrt(this.dim / squares);
    for (const [column, count] of counts) row[column] = count * this.#idf[column]! * scale;
    return counts.size > 0;
  }
}

/** The number of captions that contain each word. */
function countDocuments(captions: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const caption of captions) {
    for (const word of new Set(tokenizeWords(caption))) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
