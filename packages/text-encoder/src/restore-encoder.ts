/** Reads any saved encoder back: the one table of the kinds there are. */

import type { StateDict } from '@t2i/core';
import { CheckpointError } from '@t2i/core';
import { BagOfWords } from './bag-of-words.ts';
import { CharCnnRnn } from './char-cnn-rnn/char-cnn-rnn.ts';
import { LinearWords } from './linear-words/linear-words.ts';
import type { RestoreOptions, SavableEncoder } from './savable-encoder.ts';

type Restore = (state: StateDict, options: RestoreOptions) => SavableEncoder | Promise<SavableEncoder>;

/** A new kind of encoder adds its line here. */
const RESTORE: Readonly<Record<string, Restore>> = {
  [BagOfWords.kind]: (state, options) => BagOfWords.fromState(state, options),
  [CharCnnRnn.kind]: (state) => CharCnnRnn.fromState(state),
  [LinearWords.kind]: (state) => LinearWords.fromState(state),
};

/** What is written beside the state of an encoder. */
export interface EncoderManifest {
  readonly kind: string;
  readonly id: string;
  readonly dim: number;
}

/**
 * The encoder that `toState` described, checked against what the manifest says of it.
 * Works in browsers too, on files that were fetched.
 * @throws CheckpointError when the kind is unknown, the state is damaged, or both do not belong together
 */
export async function restoreEncoder(
  manifest: EncoderManifest,
  state: StateDict,
  options: RestoreOptions = {},
): Promise<SavableEncoder> {
  const restore = Object.hasOwn(RESTORE, manifest.kind) ? RESTORE[manifest.kind] : undefined;
  if (restore === undefined) {
    throw new CheckpointError(
      `The encoder is of the unknown kind "${manifest.kind}"; known are ${Object.keys(RESTORE).join(', ')}.`,
      { hint: 'Use the version of @t2i/text-encoder that saved it, or a later one.' },
    );
  }
  const encoder = await restore(state, options);
  if (encoder.id !== manifest.id || encoder.dim !== manifest.dim) {
    throw new CheckpointError(
      `The manifest names the encoder ${manifest.id} (${manifest.dim} numbers), its weights are those of ${encoder.id} (${encoder.dim} numbers).`,
      { hint: 'Copy both files of the encoder together, or save it again.' },
    );
  }
  return encoder;
}
