/** The data set that a configuration names. */

import type { TextImageDataset } from '@t2i/core';
import { createToyFlowers } from '@t2i/dataset';
import { openDataset } from '@t2i/dataset/node';
import type { RunConfig } from './run-config.ts';

/** Room around the crop: 76 for 64 in the paper, and the same share for other sizes. */
export function storedSizeFor(imageSize: number): number {
  return Math.round((imageSize * 76) / 64);
}

/** @throws DatasetError when a prepared folder is missing or damaged */
export async function openData(data: RunConfig['data'], imageSize: number): Promise<TextImageDataset> {
  switch (data.kind) {
    case 'toy-flowers':
      return createToyFlowers({ images: data.images, seed: data.seed, storedSize: storedSizeFor(imageSize) });
    case 'prepared':
      return openDataset(data.directory);
  }
}
