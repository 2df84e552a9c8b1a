/** A data set and the features of its images: what text encoders are trained and measured on. */

import type { ImageFeatures, TextImageDataset } from '@t2i/core';
import { openDataset } from '@t2i/dataset/node';
import { openFeatures } from '@t2i/image-encoder/node';

export interface Benchmark {
  readonly dataset: TextImageDataset;
  readonly features: ImageFeatures;
}

/** Opens a data set and the features of its images for `use`, and closes them afterwards. */
export async function withBenchmark<T>(
  { data, features: directory }: { readonly data: string; readonly features: string },
  use: (benchmark: Benchmark) => Promise<T>,
): Promise<T> {
  const dataset = await openDataset(data);
  try {
    const features = await openFeatures(directory);
    try {
      return await use({ dataset, features });
    } finally {
      await features.close();
    }
  } finally {
    await dataset.close();
  }
}
