/** The trained char-CNN-RNN (Reed et al. 2016, arXiv 1605.05395) as an encoder of captions. */

import type { CaptionReading, EmbeddingBatch, EncodeOptions, JsonValue, StateDict } from '@t2i/core';
import { CheckpointError, errorMessage, expectTensors, float32Values, fnv1a } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { assertNotBlank, tokenizeWords } from '../captions.ts';
import { assertDescribes } from '../encoder-manifest.ts';
import { type PretrainedOptions, readPretrained } from '../pretrained.ts';
import { parseMetadata, type SavableEncoder } from '../savable-encoder.ts';
import { characterSlots, readLength } from './alphabet.ts';
import { type CharCnnRnnConfig, resolveCharCnnRnnConfig } from './config.ts';
import { charCnnRnn, charCnnRnnShapes } from './network.ts';

/** Captions encoded together: bounds the memory, and is enough to keep the backend busy. */
const ROWS_TOGETHER = 64;

/**
 * Embeds a caption by its characters. There is no vocabulary, so a misspelt word stays close to the correct one.
 * Empty captions are a `ConfigError`; of more than 201 characters the first 201 count; characters outside the alphabet become
 * a space (see `CharacterPolicy`). Weights are kept here and uploaded to the backend at the first caption.
 */
export class CharCnnRnn implements SavableEncoder {
  static readonly kind = 'char-cnn-rnn';
  readonly kind = CharCnnRnn.kind;
  readonly id: string;
  readonly dim: number;
  readonly settings: JsonValue;
  readonly config: CharCnnRnnConfig;
  readonly #state: StateDict;
  /** The words of its training captions, if they were stored. */
  readonly #vocabulary: ReadonlySet<string> | undefined;
  #weights: Readonly<Record<string, tf.Tensor>> | undefined;

  private constructor(config: CharCnnRnnConfig, settings: JsonValue, state: StateDict) {
    this.config = config;
    this.settings = settings;
    this.dim = config.dim;
    this.#state = state;
    this.#vocabulary = vocabularyOf(state);
    const names = Object.keys(charCnnRnnShapes(config));
    const bytes = names.map((name) => asBytes(float32Values(state.tensors[name]!)));
    this.id = `${this.kind}-${this.dim}-${fnv1a(new TextEncoder().encode(JSON.stringify(config)), ...bytes)}`;
  }

  /**
   * The encoder of weights by name, in float32 or float16, as `toState` gives them.
   * @param settings how it was trained, for people
   * @throws CheckpointError when a weight is missing, unknown or of another shape
   */
  static fromWeights(config: CharCnnRnnConfig, tensors: StateDict['tensors'], settings: JsonValue): CharCnnRnn {
    const kinds = Object.entries(charCnnRnnShapes(config)).map(([name, shape]) => {
      const dtype = tensors[name]?.dtype === 'F16' ? 'F16' : 'F32';
      return [name, { dtype, shape }] as const;
    });
    expectTensors(new Map(kinds), tensors);
    const metadata = { config: JSON.stringify(config), settings: JSON.stringify(settings) };
    return new CharCnnRnn(config, settings, { tensors, metadata });
  }

  /**
   * The char-CNN-RNN that comes with this package, trained on Oxford-102's 82 classes for training and validation. It reads 6 MB
   * from disk in Node and fetches them in a browser; bundlers that support `new URL(…, import.meta.url)` copy them along.
   * @throws CheckpointError when the weights are missing or damaged
   * @example
   * const encoder = await CharCnnRnn.pretrained('oxford-102');
   * const { data, shape } = await encoder.encode(['a pink flower with a yellow centre']); // shape [1, 1024]
   */
  static async pretrained(name: 'oxford-102', options: PretrainedOptions = {}): Promise<CharCnnRnn> {
    const { manifest, state } = await readPretrained(name, options);
    const encoder = CharCnnRnn.fromState(state);
    assertDescribes(manifest, encoder);
    return encoder;
  }

  /** @throws CheckpointError when the state is not that of a char-CNN-RNN */
  static fromState(state: StateDict): CharCnnRnn {
    const stored = parseMetadata(state, 'config');
    const settings = parseMetadata(state, 'settings') as JsonValue;
    let config: CharCnnRnnConfig;
    try {
      config = resolveCharCnnRnnConfig(stored as object);
    } catch (cause) {
      throw new CheckpointError(`This char-CNN-RNN is of no known configuration: ${errorMessage(cause)}`, { cause });
    }
    const encoder = CharCnnRnn.fromWeights(config, state.tensors, settings);
    const words = vocabularyOf(state);
    return words === undefined ? encoder : encoder.withVocabulary([...words]);
  }

  /** The same encoder with the vocabulary of its training captions, the most frequent words first. */
  withVocabulary(words: readonly string[]): CharCnnRnn {
    const { tensors, metadata } = this.#state;
    const state = { tensors, metadata: { ...metadata, vocabulary: JSON.stringify(words) } };
    return new CharCnnRnn(this.config, this.settings, state);
  }

  /** Words outside the vocabulary are unknown, including those with a typing error: characters are read as they are. */
  read(caption: string): CaptionReading {
    const read = caption.slice(0, readLength(caption, this.config.characters));
    // a word that is cut in the middle counts as cut off
    const whole = /^\p{L}/u.test(caption.slice(read.length)) ? read.replace(/\p{L}+$/u, '') : read;
    const known = this.#vocabulary;
    const unknown = known === undefined ? [] : tokenizeWords(whole).filter((word) => !known.has(word));
    return { unknown: [...new Set(unknown)], corrected: [], cut: caption.slice(whole.length).trim() };
  }

  toState(): StateDict {
    return this.#state;
  }

  /**
   * Each caption has its own pass, whose sizes depend on it alone. Its embedding is therefore the same, bit for bit, whatever the other captions are.
   * Captions that may be encoded together are sorted by length, because padding also costs time.
   */
  async encode(captions: readonly string[], { together = false }: EncodeOptions = {}): Promise<EmbeddingBatch> {
    assertNotBlank(captions);
    const rowsOfPass = together ? ROWS_TOGETHER : 1;
    const rows = captions.map((caption) => characterSlots(caption, this.config.characters));
    const order = rows.map((_, i) => i).sort((a, b) => rows[a]!.length - rows[b]!.length || a - b);
    const data = new Float32Array(captions.length * this.dim);
    for (let from = 0; from < rows.length; from += rowsOfPass) {
      const part = order.slice(from, from + rowsOfPass);
      const embeddings = tf.tidy(() =>
        charCnnRnn(
          this.#onBackend(),
          part.map((i) => rows[i]!),
          this.config,
        ),
      );
      const values = await embeddings.data();
      part.forEach((i, row) => {
        data.set(values.subarray(row * this.dim, (row + 1) * this.dim), i * this.dim);
      });
      embeddings.dispose();
    }
    return { data, shape: [captions.length, this.dim] };
  }

  /** Frees the weights on the backend; the next caption uploads them again. */
  dispose(): void {
    tf.dispose(this.#weights);
    this.#weights = undefined;
  }

  #onBackend(): Readonly<Record<string, tf.Tensor>> {
    this.#weights ??= Object.fromEntries(
      Object.entries(this.#state.tensors).map(([name, tensor]) => [
        name,
        tf.keep(tf.tensor(float32Values(tensor).slice(), [...tensor.shape])),
      ]),
    );
    return this.#weights;
  }
}

/** @throws CheckpointError when there is a vocabulary that is not valid */
function vocabularyOf(state: StateDict): ReadonlySet<string> | undefined {
  if (state.metadata.vocabulary === undefined) return undefined;
  const words = parseMetadata(state, 'vocabulary');
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return new Set(words as string[]);
  throw new CheckpointError('The vocabulary of this char-CNN-RNN is no list of words.');
}

function asBytes({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
