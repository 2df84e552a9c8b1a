/** The word-CNN with variables for weights, for a joint embedding to train. */

import { float32Values, type Rng, sizeOf } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Normalisation, TextNetwork } from '../joint-embedding/text-network.ts';
import type { LinearWords } from '../linear-words/linear-words.ts';
import { resolveWordCnnConfig, type WordCnnConfig } from './config.ts';
import { maskOf, wordCnn, wordCnnShapes } from './network.ts';
import type { Vocabulary } from './vocabulary.ts';
import { WordCnn } from './word-cnn.ts';

/** Deviation of the words' first vectors. It is small compared with the learnt vectors of frequent words, so that rare words do not disturb. */
const FIRST_VECTORS = 0.1;

export class WordCnnNetwork implements TextNetwork {
  readonly kind = WordCnn.kind;
  readonly config: {
    readonly network: Readonly<Record<string, number>>;
    readonly vocabulary: readonly string[];
  };
  readonly dim: number;
  readonly normalise: Normalisation = 'none';
  readonly variables: Readonly<Record<string, tf.Variable>>;
  readonly #vocabulary: Vocabulary;
  readonly #network: WordCnnConfig;
  #fixed: readonly string[] = [];

  /**
   * The weights that count words start at zero, as in a linear map, and so do those behind the convolutions.
   * @param rng the source of the other first weights: normal, kernels by He et al. 2015
   */
  constructor(vocabulary: Vocabulary, config: WordCnnConfig, rng: Rng) {
    this.#network = resolveWordCnnConfig({ ...config });
    this.config = { network: { ...this.#network }, vocabulary: vocabulary.words };
    this.dim = config.dim;
    this.#vocabulary = vocabulary;
    const entries = Object.entries(wordCnnShapes(vocabulary.words.length, config)).map(([name, shape]) => {
      const deviation = firstDeviation(name, shape);
      const values =
        deviation === 0 ? new Float32Array(sizeOf(shape)) : rng.normal(sizeOf(shape)).map((x) => x * deviation);
      return [name, tf.tidy(() => tf.variable(tf.tensor(values, [...shape])))] as const;
    });
    this.variables = Object.fromEntries(entries);
  }

  embed(captions: readonly string[]): tf.Tensor2D {
    const rows = captions.map((caption) => this.#vocabulary.read(caption).ids);
    const places = Math.max(1, ...rows.map((ids) => ids.length));
    const words = this.#vocabulary.words.length;
    const counts = new Float32Array(rows.length * words);
    rows.forEach((ids, row) => {
      for (const id of ids) counts[row * words + id]! += 1;
    });
    const vectors = this.#vectorsOf(rows, places);
    const read = {
      vectors: tf.reshape<tf.Rank.R4>(vectors, [rows.length, 1, places, this.#network.wordDim]),
      mask: maskOf(rows, places),
      counted: tf.matMul<tf.Tensor2D>(
        tf.tensor2d(counts, [rows.length, words]),
        this.variables['words/kernel'] as tf.Tensor2D,
      ),
    };
    return wordCnn(this.variables, read, this.#network);
  }

  /** Names of the weights of a trained linear map, if the network started from one: the convolutions are trained beside it. */
  get fixed(): readonly string[] {
    return this.#fixed;
  }

  /**
   * Takes the word vectors of a linear map of word counts and keeps them fixed; words that it does not know stay at zero.
   * @returns false, and changes nothing, when its embeddings are of another length
   */
  startFrom(counting: LinearWords): boolean {
    if (counting.dim !== this.dim) return false;
    const { kernel, bias } = counting.toState().tensors;
    const [rows, first] = [float32Values(kernel!), float32Values(bias!)];
    const columns = new Map(counting.vocabulary.map((word, column) => [word, column]));
    const values = new Float32Array(this.#vocabulary.words.length * this.dim);
    this.#vocabulary.words.forEach((word, place) => {
      const column = columns.get(word);
      if (column !== undefined) values.set(rows.subarray(column * this.dim, (column + 1) * this.dim), place * this.dim);
    });
    tf.tidy(() => {
      this.variables['words/kernel']!.assign(tf.tensor2d(values, [this.#vocabulary.words.length, this.dim]));
      this.variables['output/bias']!.assign(tf.tensor1d(first));
    });
    this.#fixed = ['words/kernel', 'output/bias'];
    return true;
  }

  /** Beside a linear map, restricts the convolutions to these directions; a network without one learns all of its scores itself. */
  keepTo(directions: tf.Tensor2D): void {
    if (this.#fixed.length === 0) return;
    const kernel = this.variables['output/kernel'] as tf.Variable<tf.Rank.R2>;
    tf.tidy(() => kernel.assign(tf.matMul(tf.matMul(kernel, directions), directions, false, true)));
  }

  dispose(): void {
    tf.dispose(this.variables);
  }

  /** The words' vectors [n · places, wordDim] by two products: the table with the occurring words, and these with their places. */
  #vectorsOf(rows: readonly (readonly number[])[], places: number): tf.Tensor2D {
    const occurring = [...new Set(rows.flat())];
    const placeOf = new Map(occurring.map((id, i) => [id, i]));
    const words = this.#vocabulary.words.length;
    const some = new Float32Array(Math.max(1, occurring.length) * words);
    occurring.forEach((id, i) => {
      some[i * words + id] = 1;
    });
    const columns = Math.max(1, occurring.length);
    const oneHot = new Float32Array(rows.length * places * columns);
    rows.forEach((ids, row) => {
      ids.forEach((id, place) => {
        oneHot[(row * places + place) * columns + placeOf.get(id)!] = 1;
      });
    });
    const table = tf.matMul(tf.tensor2d(some, [columns, words]), this.variables['words/vectors'] as tf.Tensor2D);
    return tf.matMul(tf.tensor2d(oneHot, [rows.length * places, columns]), table);
  }
}

function firstDeviation(name: string, shape: readonly number[]): number {
  if (name === 'words/vectors') return FIRST_VECTORS;
  return name.startsWith('conv') && name.endsWith('kernel') ? Math.sqrt(2 / (shape[0]! * shape[1]!)) : 0;
}
