/** The images of an evaluation, in batches: photos as the generator saw them, and generated images. */

import type { EmbeddingBatch, ImageBatch, TextImageDataset, TextToImageModel } from '@t2i/core';
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

/** One image for each embedding, with the noise of its row. */
export async function* generatedBatches(
  model: TextToImageModel,
  { data, shape }: EmbeddingBatch,
  noise: Float32Array,
  batchSize: number,
): AsyncGenerator<ImageBatch> {
  const [rows, dim] = shape;
  const { noiseDim } = model;
  for (let from = 0; from < rows; from += batchSize) {
    const to = Math.min(from + batchSize, rows);
    yield await model.generate({
      embeddings: { data: data.subarray(from * dim, to * dim), shape: [to - from, dim] },
      noise: noise.subarray(from * noiseDim, to * noiseDim),
    });
  }
}
