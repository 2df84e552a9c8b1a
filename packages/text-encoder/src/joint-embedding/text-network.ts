/** The trained side of a joint embedding: captions in, vectors out, with a gradient. */

import type { JsonValue } from '@t2i/core';
import type * as tf from '@tensorflow/tfjs-core';

/** Which side is scaled to length 1 before a product: none (the paper), the image features, or both. */
export type Normalisation = 'none' | 'images' | 'both';

/** A text encoder in training. */
export interface TextNetwork {
  /** The kind of the resulting encoder. */
  readonly kind: string;
  /** With `kind`, enough to rebuild the network. */
  readonly config: JsonValue;
  readonly normalise: Normalisation;
  /** Length of the embeddings: that of the image features. */
  readonly dim: number;
  /** Trained and fixed variables, by their names in a state. */
  readonly variables: Readonly<Record<string, tf.Variable>>;
  /** Names of the fixed variables. */
  readonly fixed?: readonly string[];
  /**
   * Called after every step if colours are read. Projects what was learnt beside `fixed` variables onto these directions, so that scores stay those of the fixed ones.
   * @param directions orthonormal columns [dim, labels]
   */
  keepTo?(directions: tf.Tensor2D): void;
  /** Embeddings [n, dim]. Call it within `tf.tidy`. */
  embed(captions: readonly string[]): tf.Tensor2D;
  /** Frees the variables. */
  dispose(): void;
}
