/** The char-CNN-RNN with variables for weights, for a joint embedding to train. */

import { float32Values, type JsonValue, type Rng, sizeOf } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Normalisation, TextNetwork } from '../joint-embedding/text-network.ts';
import { characterSlots } from './alphabet.ts';
import { CharCnnRnn } from './char-cnn-rnn.ts';
import type { CharCnnRnnConfig } from './config.ts';
import { charCnnRnn, charCnnRnnShapes } from './network.ts';

const GROUPS = 4; // of captions of similar length: the fastest for minibatches of 40
const FIRST_WEIGHTS = 0.08; // bound of the uniform draw (`train_sje_hybrid.lua:111-113`)

export class CharCnnRnnNetwork implements TextNetwork {
  readonly kind = CharCnnRnn.kind;
  readonly config: CharCnnRnnConfig & { readonly [name: string]: JsonValue };
  readonly dim: number;
  readonly normalise: Normalisation;
  readonly variables: Readonly<Record<string, tf.Variable>>;

  /** @param rng the source of the first weights, drawn from U(−0.08, 0.08) */
  constructor(config: CharCnnRnnConfig, rng: Rng) {
    this.config = { ...config };
    this.dim = config.dim;
    this.normalise = config.normalise;
    const entries = Object.entries(charCnnRnnShapes(config)).map(([name, shape]) => {
      const values = new Float32Array(sizeOf(shape)).map(() => rng.uniform(-FIRST_WEIGHTS, FIRST_WEIGHTS));
      return [name, tf.tidy(() => tf.variable(tf.tensor(values, [...shape])))] as const;
    });
    this.variables = Object.fromEntries(entries);
  }

  /**
   * Takes the weights of a trained encoder, to continue from them.
   * @returns false, with nothing changed, when the encoder has other widths or another recurrence
   */
  startFrom(encoder: CharCnnRnn): boolean {
    const { tensors } = encoder.toState();
    const entries = Object.entries(this.variables);
    if (!entries.every(([name, { shape }]) => tensors[name]?.shape.join() === shape.join())) return false;
    for (const [name, variable] of entries) {
      tf.tidy(() => variable.assign(tf.tensor(float32Values(tensors[name]!), variable.shape)));
    }
    return true;
  }

  embed(captions: readonly string[]): tf.Tensor2D {
    const rows = captions.map((caption) => characterSlots(caption, this.config.characters));
    return charCnnRnn(this.variables, rows, this.config, GROUPS);
  }

  dispose(): void {
    tf.dispose(this.variables);
  }
}
