/** The text encoder that a configuration names. */

import { type Logger, silentLogger, type TextImageDataset } from '@t2i/core';
import { BagOfWords, pretrainedEncoder, type SavableEncoder } from '@t2i/text-encoder';
import { hasPretrained } from '@t2i/text-encoder/node';
import { openTrainedEncoder } from './encoder-training/encoder-run.ts';
import type { RunConfig } from './run-config.ts';

/** The data set that there are weights for, and those that are taken unless others are asked for. */
const PRETRAINED_FOR = 'oxford-102';
const PRETRAINED = 'oxford-102-words';

/** An encoder, and the configuration that names it and no other. */
export interface ChosenEncoder {
  readonly encoder: SavableEncoder;
  readonly config: Exclude<RunConfig['encoder'], { kind: 'automatic' }>;
}

type Captioned = Pick<TextImageDataset, 'name' | 'splits' | 'captions'>;

/** @throws CheckpointError when a saved or pretrained encoder is missing or damaged */
export async function chooseEncoder(
  { encoder: wanted, batches }: Pick<RunConfig, 'encoder' | 'batches'>,
  dataset: Captioned,
  logger: Logger = silentLogger,
): Promise<ChosenEncoder> {
  const config = wanted.kind === 'automatic' ? await usualEncoder(dataset, logger) : wanted;
  switch (config.kind) {
    case 'saved':
      return { encoder: await openTrainedEncoder(config.directory, logger), config };
    case 'pretrained':
      return { encoder: await pretrainedEncoder(config.name), config };
    case 'bag-of-words': {
      // The vocabulary comes from the captions that are trained on: unseen classes stay unseen.
      const items = [...dataset.splits.train, ...dataset.splits.val];
      const captions = items.flatMap((item) => dataset.captions(item).slice(0, batches.captionsPerImage));
      return { encoder: BagOfWords.fit(captions, { maxWords: config.maxWords }), config };
    }
  }
}

/** For Oxford-102 the encoder that was trained on it, for other data a bag of words; says which. */
async function usualEncoder(dataset: Captioned, logger: Logger): Promise<ChosenEncoder['config']> {
  const isPretrainedFor = dataset.name === PRETRAINED_FOR;
  if (isPretrainedFor && (await hasPretrained(PRETRAINED))) {
    logger.info(`Text encoder: the word-CNN that was trained on ${PRETRAINED_FOR}`);
    return { kind: 'pretrained', name: PRETRAINED };
  }
  const why = isPretrainedFor ? `, because there are no weights of one trained on ${PRETRAINED_FOR} here` : '';
  logger.info(`Text encoder: a bag of words${why}`);
  return { kind: 'bag-of-words', maxWords: 1024 };
}
