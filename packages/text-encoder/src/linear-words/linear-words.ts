/** A linear map of word counts: the row "BoW" of the encoder paper (Reed et al. 2016, arXiv 1605.05395, section 5 and tables 1 and 2). */

import type { EmbeddingBatch, JsonValue, NamedTensor, StateDict } from '@t2i/core';
import { CheckpointError, expectTensors, float32Values, fnv1a } from '@t2i/core';
import { assertNotBlank, tokenizeWords } from '../captions.ts';
import { parseMetadata, type SavableEncoder } from '../savable-encoder.ts';

/** The shapes of its weights: one row for each word. */
export function linearWordsShapes(words: number, dim: number): Readonly<Record<string, readonly number[]>> {
  return { kernel: [words, dim], bias: [dim] };
}

/** The columns of a caption's known words, one for each occurrence. */
export function wordColumns(caption: string, columns: ReadonlyMap<string, number>): number[] {
  return tokenizeWords(caption).flatMap((word) => columns.get(word) ?? []);
}

/** Embeds a caption as the sum of its words' vectors plus a bias. Unknown words are ignored; empty captions are a `ConfigError`. */
export class LinearWords implements SavableEncoder {
  static readonly kind = 'linear-words';
  readonly kind = LinearWords.kind;
  readonly id: string;
  readonly dim: number;
  readonly settings: JsonValue;
  readonly vocabulary: readonly string[];
  readonly #columns: ReadonlyMap<string, number>;
  readonly #tensors: StateDict['tensors'];
  readonly #kernel: Float32Array;
  readonly #bias: Float32Array;

  private constructor(vocabulary: readonly string[], tensors: StateDict['tensors'], settings: JsonValue) {
    this.vocabulary = vocabulary;
    this.settings = settings;
    this.dim = tensors.bias!.shape[0]!;
    this.#tensors = tensors;
    this.#kernel = float32Values(tensors.kernel!);
    this.#bias = float32Values(tensors.bias!);
    this.#columns = new Map(vocabulary.map((word, column) => [word, column]));
    const bytes = [this.#kernel, this.#bias].map(
      ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
    );
    this.id = `${this.kind}-${this.dim}-${fnv1a(new TextEncoder().encode(vocabulary.join('\n')), ...bytes)}`;
  }

  /**
   * @param tensors in float32 or float16
   * @throws CheckpointError when the weights do not fit the vocabulary
   */
  static fromWeights(
    vocabulary: readonly string[],
    tensors: Readonly<Record<string, NamedTensor>>,
    settings: JsonValue,
  ): LinearWords {
    const dim = tensors.bias?.shape[0] ?? 0;
    const kinds = Object.entries(linearWordsShapes(vocabulary.length, dim)).map(
      ([name, shape]) => [name, { dtype: tensors[name]?.dtype === 'F16' ? 'F16' : 'F32', shape }] as const,
    );
    expectTensors(new Map(kinds), tensors);
    return new LinearWords(vocabulary, tensors, settings);
  }

  /** @throws CheckpointError when the state is not that of a linear map of words */
  static fromState(state: StateDict): LinearWords {
    const vocabulary = parseMetadata(state, 'vocabulary');
    const areWords = (x: unknown): x is string[] => Array.isArray(x) && x.every((word) => typeof word === 'string');
    if (!areWords(vocabulary)) throw new CheckpointError('This linear map of words has no vocabulary.');
    return LinearWords.fromWeights(vocabulary, state.tensors, parseMetadata(state, 'settings') as JsonValue);
  }

  toState(): StateDict {
    const metadata = { vocabulary: JSON.stringify(this.vocabulary), settings: JSON.stringify(this.settings) };
    return { tensors: this.#tensors, metadata };
  }

  async encode(captions: readonly string[]): Promise<EmbeddingBatch> {
    assertNotBlank(captions);
    const [kernel, bias] = [this.#kernel, this.#bias];
    const data = new Float32Array(captions.length * this.dim);
    captions.forEach((caption, i) => {
      const row = data.subarray(i * this.dim, (i + 1) * this.dim);
      row.set(bias);
      for (const column of wordColumns(caption, this.#columns)) {
        for (let k = 0; k < this.dim; k++) row[k]! += kernel[column * this.dim + k]!;
      }
    });
    return { data, shape: [captions.length, this.dim] };
  }
}
