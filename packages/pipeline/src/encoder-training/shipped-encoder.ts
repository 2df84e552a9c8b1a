/** The encoder of a run as it is shipped: with rounded weights, and with the words it was trained on. */

import { ConfigError, type TextImageDataset } from '@t2i/core';
import { CharCnnRnn, roundedEncoder, type SavableEncoder, WordCnn } from '@t2i/text-encoder';
import type { EncoderRun } from './encoder-run.ts';
import { trainingWords } from './network-of.ts';

/**
 * Rounds the weights to 16 bits. A char-CNN-RNN has no vocabulary of its own; it gets the words of its training captions, so that it can
 * report words that it has never met.
 * @param dataset what the run was trained on
 * @throws ConfigError for the run of a baseline
 */
export async function shippedEncoder(
  { encoder, config }: EncoderRun,
  dataset: TextImageDataset,
): Promise<SavableEncoder> {
  if (encoder.kind !== CharCnnRnn.kind && encoder.kind !== WordCnn.kind) {
    throw new ConfigError(`The run trained an encoder of kind ${encoder.kind}, not a char-CNN-RNN or a word-CNN.`, {
      hint: 'Use the baseline from its run directory; it need not be exported.',
    });
  }
  const rounded = await roundedEncoder(encoder);
  return rounded instanceof CharCnnRnn ? rounded.withVocabulary(trainingWords(dataset, config.split)) : rounded;
}
