/** The word-CNN with variables for weights: what a joint embedding trains. */

import { type Rng, sizeOf } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Normalisation, TextNetwork } from '../joint-embedding/text-network.ts';
import { resolveWordCnnConfig, type WordCnnConfig } from './config.ts';
import { maskOf, wordCnn, wordCnnShapes } from './network.ts';
import type { Vocabulary } from './vocabulary.ts';
import { WordCnn } from './word-cnn.ts';

/** Deviation of the words' first vectors: small beside what counting them will say. */
const FIRST_VECTORS = 0.1;

export class WordCnnNetwork implements TextNetwork {
  readonly kind = WordCnn.kind;
  readonly config: {
    readonly network: { readonly [name in keyof WordCnnConfig]: number };
    readonly vocabulary: readonly string[];
  };
  readonly dim: number;
  readonly normalise: Normalisation = 'none';
  readonly variables: Readonly<Record<string, tf.Variable>>;
  readonly #vocabulary: Vocabulary;

  /**
   * What counts words starts at zero, as a linear map may, and so does what is made of the convolutions.
   * @param rng what the other first weights are drawn from: normal, kernels by He et al. 2015
   */
  constructor(vocabulary: Vocabulary, config: WordCnnConfig, rng: Rng) {
    this.config = { network: { ...resolveWordCnnConfig(config) }, vocabulary: vocabulary.words };
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
    const { wordDim } = this.config.network;
    const vectors = this.#vectorsOf(rows, places);
    return wordCnn(this.variables, {
      vectors: tf.reshape(vectors, [rows.length, 1, places, wordDim]),
      mask: maskOf(rows, places),
      counted: tf.matMul(tf.tensor2d(counts, [rows.length, words]), this.variables['words/kernel'] as tf.Tensor2D),
    });
  }

  dispose(): void {
    tf.dispose(this.variables);
  }

  /** The words' vectors [n · places, wordDim] by two products: of the table with the words that occur, and of these with their places. */
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
