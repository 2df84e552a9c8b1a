/** The data set that a configuration names. */

import { ConfigError, type TextImageDataset } from '@t2i/core';
import { createToyFlowers } from '@t2i/dataset';
import { openDataset } from '@t2i/dataset/node';
import type { RunConfig } from './run-config.ts';

/** Side that images are stored at for crops of `imageSize`: 76 for the paper's 64, and the same share of room for other sizes. */
export function storedSizeFor(imageSize: number): number {
  return Math.round((imageSize * 76) / 64);
}

/**
 * @throws DatasetError when a prepared directory is missing or damaged
 * @throws ConfigError when its images are so large that a crop would show only a part of the flower
 */
export async function openData(data: RunConfig['data'], imageSize: number): Promise<TextImageDataset> {
  const storedSize = storedSizeFor(imageSize);
  if (data.kind === 'toy-flowers') return createToyFlowers({ images: data.images, seed: data.seed, storedSize });
  const dataset = await openDataset(data.directory);
  if (dataset.storedSize <= 1.5 * imageSize) return dataset;
  await dataset.close();
  throw new ConfigError(
    `The images in ${data.directory} are stored at ${dataset.storedSize} pixels: crops of ${imageSize} would show only a part.`,
    { hint: `Prepare the data again with --stored-size ${storedSize}, or choose a larger image size.` },
  );
}
