/** The linear map of word counts with variables for weights: the baseline, for a joint embedding to train. */

import * as tf from '@tensorflow/tfjs-core';
import type { Normalisation, TextNetwork } from '../joint-embedding/text-network.ts';
import { LinearWords, linearWordsShapes, wordColumns } from './linear-words.ts';

export class LinearWordsNetwork implements TextNetwork {
  readonly kind = LinearWords.kind;
  readonly config: { readonly dim: number; readonly normalise: Normalisation; readonly vocabulary: readonly string[] };
  readonly dim: number;
  readonly normalise: Normalisation;
  readonly variables: Readonly<Record<string, tf.Variable>>;
  readonly #columns: ReadonlyMap<string, number>;

  /** A linear map may start at zero. The vectors of rare words then contain only what was learnt, without random parts. */
  constructor({ vocabulary, dim }: { vocabulary: readonly string[]; dim: number }) {
    this.config = { dim, normalise: 'none', vocabulary };
    this.dim = dim;
    this.normalise = 'none';
    this.#columns = new Map(vocabulary.map((word, column) => [word, column]));
    const zeros = Object.entries(linearWordsShapes(vocabulary.length, dim)).map(
      ([name, shape]) => [name, tf.tidy(() => tf.variable(tf.zeros([...shape])))] as const,
    );
    this.variables = Object.fromEntries(zeros);
  }

  embed(captions: readonly string[]): tf.Tensor2D {
    const words = this.config.vocabulary.length;
    const counts = new Float32Array(captions.length * words);
    captions.forEach((caption, row) => {
      for (const column of wordColumns(caption, this.#columns)) counts[row * words + column]! += 1;
    });
    const sum = tf.matMul(tf.tensor2d(counts, [captions.length, words]), this.variables.kernel as tf.Tensor2D);
    return tf.add(sum, this.variables.bias!);
  }

  dispose(): void {
    tf.dispose(this.variables);
  }
}
