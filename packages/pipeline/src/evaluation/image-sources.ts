/** Batches of photos, as the generator saw them in training. */

import type { ImageBatch, TextImageDataset } from '@t2i/core';
import { centreView, cutViews } from '@t2i/dataset';

/** Photos at the model's size: the centre crop of the region that training crops from. */
export async function* photoBatches(
  dataset: TextImageDataset,
  items: readonly number[],
  imageSize: number,
  batchSize: number,
): AsyncGenerator<ImageBatch> {
  for (let from = 0; from < items.length; from += batchSize) {
    yield await photoBatch(dataset, items.slice(from, from + batchSize), imageSize);
  }
}

/** All of the photos in one batch. */
export async function photoBatch(
  dataset: TextImageDataset,
  items: readonly number[],
  imageSize: number,
): Promise<ImageBatch> {
  const { storedSize } = dataset;
  const views = items.map(() => centreView(storedSize, imageSize));
  const data = cutViews(await dataset.readImages(items), storedSize, views, imageSize);
  return { data, shape: [items.length, imageSize, imageSize, 3] };
}
