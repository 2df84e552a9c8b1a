/** The trained word-CNN as an encoder of captions: words, their neighbours, and a vocabulary that reports unknown words. */

import type { CaptionReading, EmbeddingBatch, EncodeOptions, JsonValue, StateDict } from '@t2i/core';
import { CheckpointError, errorMessage, expectTensors, float32Values, fnv1a } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { assertNotBlank } from '../captions.ts';
import { parseMetadata, type SavableEncoder } from '../savable-encoder.ts';
import { resolveWordCnnConfig, type WordCnnConfig } from './config.ts';
import { maskOf, type Weights, wordCnn, wordCnnShapes } from './network.ts';
import { Vocabulary } from './vocabulary.ts';

/** Captions encoded together: bounds the memory, and is enough to keep the backend busy. */
const ROWS_TOGETHER = 64;

/**
 * Embeds a caption by its words and their neighbours. A word within a typing error of a known one is read as that word, other unknown words are
 * ignored; empty captions are a `ConfigError`; of more than 128 words the first 128 count. Weights are uploaded to the backend at the first caption.
 */
export class WordCnn implements SavableEncoder {
  static readonly kind = 'word-cnn';
  readonly kind = WordCnn.kind;
  readonly id: string;
  readonly dim: number;
  readonly settings: JsonValue;
  readonly config: WordCnnConfig;
  readonly vocabulary: Vocabulary;
  readonly #tensors: StateDict['tensors'];
  readonly #vectors: Float32Array;
  readonly #kernel: Float32Array;
  #onBackend: Weights | undefined;

  private constructor(
    vocabulary: Vocabulary,
    config: WordCnnConfig,
    tensors: StateDict['tensors'],
    settings: JsonValue,
  ) {
    this.vocabulary = vocabulary;
    this.config = config;
    this.dim = config.dim;
    this.settings = settings;
    this.#tensors = tensors;
    const values = Object.keys(wordCnnShapes(vocabulary.words.length, config)).map((name) =>
      float32Values(tensors[name]!),
    );
    this.#vectors = values[0]!;
    this.#kernel = values[1]!;
    const text = new TextEncoder().encode(JSON.stringify([config, vocabulary.words]));
    const bytes = values.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
    this.id = `${this.kind}-${this.dim}-${fnv1a(text, ...bytes)}`;
  }

  /**
   * @param tensors in float32 or float16
   * @throws CheckpointError when a weight is missing, unknown or of another shape
   */
  static fromWeights(
    words: readonly string[],
    config: WordCnnConfig,
    tensors: StateDict['tensors'],
    settings: JsonValue,
  ): WordCnn {
    const kinds = Object.entries(wordCnnShapes(words.length, config)).map(([name, shape]) => {
      const dtype = tensors[name]?.dtype === 'F16' ? 'F16' : 'F32';
      return [name, { dtype, shape }] as const;
    });
    expectTensors(new Map(kinds), tensors);
    return new WordCnn(new Vocabulary(words), config, tensors, settings);
  }

  /** @throws CheckpointError when the state is not that of a word-CNN */
  static fromState(state: StateDict): WordCnn {
    const words = parseMetadata(state, 'vocabulary');
    const settings = parseMetadata(state, 'settings') as JsonValue;
    if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) {
      throw new CheckpointError('This word-CNN has no vocabulary.');
    }
    try {
      const config = resolveWordCnnConfig(parseMetadata(state, 'config') as object);
      return WordCnn.fromWeights(words, config, state.tensors, settings);
    } catch (cause) {
      if (CheckpointError.isInstance(cause)) throw cause;
      throw new CheckpointError(`This word-CNN is of no known configuration: ${errorMessage(cause)}`, { cause });
    }
  }

  toState(): StateDict {
    const { config, settings } = this;
    const metadata = { config, settings, vocabulary: this.vocabulary.words };
    const texts = Object.entries(metadata).map(([name, value]) => [name, JSON.stringify(value)]);
    return { tensors: this.#tensors, metadata: Object.fromEntries(texts) as Record<string, string> };
  }

  /**
   * Each caption has its own pass, whose sizes depend on it alone. Its embedding is therefore the same, bit for bit, whatever the other captions are.
   * Captions that may be encoded together are sorted by length, because padding also costs time.
   */
  async encode(captions: readonly string[], { together = false }: EncodeOptions = {}): Promise<EmbeddingBatch> {
    assertNotBlank(captions);
    const rowsOfPass = together ? ROWS_TOGETHER : 1;
    const rows = captions.map((caption) => this.vocabulary.read(caption).ids);
    const order = rows.map((_, i) => i).sort((a, b) => rows[a]!.length - rows[b]!.length || a - b);
    const data = new Float32Array(captions.length * this.dim);
    for (let from = 0; from < rows.length; from += rowsOfPass) {
      const part = order.slice(from, from + rowsOfPass);
      const embeddings = tf.tidy(() => this.#embed(part.map((i) => rows[i]!)));
      const values = await embeddings.data();
      part.forEach((i, row) => {
        data.set(values.subarray(row * this.dim, (row + 1) * this.dim), i * this.dim);
      });
      embeddings.dispose();
    }
    return { data, shape: [captions.length, this.dim] };
  }

  read(caption: string): CaptionReading {
    const { unknown, corrected, cut } = this.vocabulary.read(caption);
    return { unknown, corrected, cut: cut.join(' ') };
  }

  /** Frees the weights on the backend; the next caption uploads them again. */
  dispose(): void {
    tf.dispose(this.#onBackend);
    this.#onBackend = undefined;
  }

  #embed(rows: readonly (readonly number[])[]): tf.Tensor2D {
    const { wordDim } = this.config;
    const places = Math.max(1, ...rows.map((ids) => ids.length));
    const vectors = new Float32Array(rows.length * places * wordDim);
    const counted = new Float32Array(rows.length * this.dim);
    rows.forEach((ids, row) => {
      const sum = counted.subarray(row * this.dim, (row + 1) * this.dim);
      ids.forEach((id, place) => {
        vectors.set(this.#vectors.subarray(id * wordDim, (id + 1) * wordDim), (row * places + place) * wordDim);
        for (let k = 0; k < this.dim; k++) sum[k]! += this.#kernel[id * this.dim + k]!;
      });
    });
    const read = {
      vectors: tf.tensor4d(vectors, [rows.length, 1, places, wordDim]),
      mask: maskOf(rows, places),
      counted: tf.tensor2d(counted, [rows.length, this.dim]),
    };
    return wordCnn(this.#weights(), read, this.config);
  }

  /** All weights but the two tables of words, which are read here. */
  #weights(): Weights {
    this.#onBackend ??= Object.fromEntries(
      Object.entries(this.#tensors)
        .filter(([name]) => !name.startsWith('words/'))
        .map(([name, tensor]) => [name, tf.keep(tf.tensor(float32Values(tensor).slice(), [...tensor.shape]))]),
    );
    return this.#onBackend;
  }
}
