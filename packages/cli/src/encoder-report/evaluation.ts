/** One evaluation of a text encoder on a split, as the commands of `t2i encoder` need it. */

import type { ImageFeatures, SplitName, TextImageDataset } from '@t2i/core';
import { openDataset } from '@t2i/dataset/node';
import { openFeatures } from '@t2i/image-encoder/node';
import { normalisesImages } from '@t2i/pipeline';
import type { SavableEncoder } from '@t2i/text-encoder';
import { type Evaluation, evaluateEncoder } from '@t2i/text-encoder/training';

/** What encoders are measured on. */
export interface Benchmark {
  readonly dataset: TextImageDataset;
  readonly features: ImageFeatures;
}

/** Opens a data set and the features of its images for `use`, and closes them afterwards. */
export async function withBenchmark<T>(
  { data, features: folder }: { data: string; features: string },
  use: (benchmark: Benchmark) => Promise<T>,
): Promise<T> {
  const dataset = await openDataset(data);
  try {
    const features = await openFeatures(folder);
    try {
      return await use({ dataset, features });
    } finally {
      await features.close();
    }
  } finally {
    await dataset.close();
  }
}

/** @throws ConfigError when the features are not those that the encoder was trained with */
export function evaluate(
  encoder: SavableEncoder,
  { dataset, features }: Benchmark,
  split: SplitName,
): Promise<Evaluation> {
  return evaluateEncoder({
    encoder,
    dataset,
    features,
    split,
    normaliseImages: normalisesImages(encoder, features),
  });
}
