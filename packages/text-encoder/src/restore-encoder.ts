/** Restores any saved encoder, by one table of all kinds. */

import type { StateDict } from '@t2i/core';
import { CheckpointError, withRoundedMatrices } from '@t2i/core';
import { BagOfWords } from './bag-of-words.ts';
import { CharCnnRnn } from './char-cnn-rnn/char-cnn-rnn.ts';
import { assertDescribes, type EncoderManifest } from './encoder-manifest.ts';
import { LinearWords } from './linear-words/linear-words.ts';
import type { RestoreOptions, SavableEncoder } from './savable-encoder.ts';
import { WordCnn } from './word-cnn/word-cnn.ts';

type Restore = (state: StateDict, options: RestoreOptions) => SavableEncoder | Promise<SavableEncoder>;

/** Add a line here for a new kind of encoder. */
const RESTORE: Readonly<Record<string, Restore>> = {
  [BagOfWords.kind]: (state, options) => BagOfWords.fromState(state, options),
  [CharCnnRnn.kind]: (state) => CharCnnRnn.fromState(state),
  [LinearWords.kind]: (state) => LinearWords.fromState(state),
  [WordCnn.kind]: (state) => WordCnn.fromState(state),
};

/**
 * The encoder that `toState` described, checked against the manifest.
 * Also works in browsers, on fetched files.
 * @throws CheckpointError when the kind is unknown, the state is damaged, or the two do not belong together
 */
export async function restoreEncoder(
  manifest: EncoderManifest,
  state: StateDict,
  options: RestoreOptions = {},
): Promise<SavableEncoder> {
  const encoder = await encoderFromState(manifest.kind, state, options);
  assertDescribes(manifest, encoder);
  return encoder;
}

/**
 * The encoder with its matrices rounded to 16 bits. It has half the bytes, nearly the same embeddings, and therefore another `id`.
 * An encoder without 32-bit matrices is returned unchanged.
 */
export async function roundedEncoder(encoder: SavableEncoder): Promise<SavableEncoder> {
  const { tensors, metadata } = await encoder.toState();
  return encoderFromState(encoder.kind, { tensors: withRoundedMatrices(tensors), metadata });
}

async function encoderFromState(kind: string, state: StateDict, options: RestoreOptions = {}): Promise<SavableEncoder> {
  const restore = Object.hasOwn(RESTORE, kind) ? RESTORE[kind] : undefined;
  if (restore === undefined) {
    throw new CheckpointError(
      `The encoder is of the unknown kind "${kind}"; known are ${Object.keys(RESTORE).join(', ')}.`,
      { hint: 'Use the version of @t2i/text-encoder that saved it, or a later one.' },
    );
  }
  return restore(state, options);
}
