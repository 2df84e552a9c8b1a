/** Embeds the captions of a prepared data set ahead of training. */

import { ConfigError } from '@t2i/core';
import { openDataset } from '@t2i/dataset/node';
import { BagOfWords } from '@t2i/text-encoder';
import { chooseEncoder } from './choose-encoder.ts';
import { cacheCaptions, type EmbedOptions } from './embedded-captions.ts';
import { parseRunConfig, type RunConfig } from './run-config.ts';

export interface EmbedDatasetOptions extends EmbedOptions {
  /** Directory made by `t2i dataset prepare`; the embeddings are written into it. */
  readonly directory: string;
  /** Default: as for training. */
  readonly encoder?: RunConfig['encoder'] | undefined;
}

/** The stored embeddings of a data set. */
export interface EmbeddedDataset {
  readonly path: string;
  readonly encoder: string;
  readonly shape: readonly [captions: number, dim: number];
}

/**
 * Writes the embeddings that `trainRun` reads, unless they are there.
 * @throws ConfigError for a bag of words, which training asks directly
 */
export async function embedDataset({ directory, encoder, ...options }: EmbedDatasetOptions): Promise<EmbeddedDataset> {
  const dataset = await openDataset(directory);
  try {
    const config = parseRunConfig({ data: { kind: 'prepared', directory }, encoder });
    const chosen = await chooseEncoder(config, dataset, options.logger);
    if (chosen.encoder.kind === BagOfWords.kind) {
      throw new ConfigError('A bag of words needs no stored embeddings: it is faster than a file.', {
        hint: 'Name a trained encoder.',
      });
    }
    const file = await cacheCaptions(chosen.encoder, dataset, directory, options);
    await file.close();
    chosen.encoder.dispose?.();
    return { path: file.path, encoder: chosen.encoder.id, shape: file.shape };
  } finally {
    await dataset.close();
  }
}
