/** The side of a joint embedding that learns: captions in, vectors out, with a gradient. */

import type { JsonValue } from '@t2i/core';
import type * as tf from '@tensorflow/tfjs-core';

/** What is scaled to length 1 before a product: nothing (the paper), the image features, or they and the embeddings. */
export type Normalisation = 'none' | 'images' | 'both';

/** A text encoder in training. */
export interface TextNetwork {
  /** The kind of encoder that it becomes. */
  readonly kind: string;
  /** With `kind`, enough to build the same network again. */
  readonly config: JsonValue;
  readonly normalise: Normalisation;
  /** Length of the embeddings: that of the image features. */
  readonly dim: number;
  /** What is trained, and what is fixed, by the names that a state uses. */
  readonly variables: Readonly<Record<string, tf.Variable>>;
  /** Names of variables that stay as they are. */
  readonly fixed?: readonly string[];
  /**
   * Called after every step where colours are read: moves what was learnt beside `fixed` variables into these directions, so that scores stay those of the fixed ones.
   * @param directions orthonormal columns [dim, labels]
   */
  keepTo?(directions: tf.Tensor2D): void;
  /** Embeddings [n, dim]. Call it within `tf.tidy`. */
  embed(captions: readonly string[]): tf.Tensor2D;
  /** Frees the variables. */
  dispose(): void;
}
