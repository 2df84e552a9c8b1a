/** Features of everything that one extractor has to see. */

import type { EmbeddingBatch, ImageBatch, ImageEncoder, RgbImage, TextImageDataset, TextToImageModel } from '@t2i/core';
import { everyPair } from '@t2i/gan-cls';
import { encodeImages } from '@t2i/metrics';
import { drawnBatches, photoBatches } from './image-sources.ts';
import type { SamplePlan } from './sample-plan.ts';

export interface EvaluationProgress {
  /** What is being looked at: "generated images", … */
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

/** Who draws, from what, and who looks. */
export interface Studio {
  readonly model: TextToImageModel;
  readonly untrained: TextToImageModel;
  /** With the weights of the last step, where the model draws with averaged ones. */
  readonly unaveraged?: TextToImageModel | undefined;
  readonly dataset: TextImageDataset;
  readonly plan: SamplePlan;
  /** Of the captions, and of the grid's: as the generator takes them. */
  readonly embeddings: EmbeddingBatch;
  readonly gridEmbeddings: EmbeddingBatch;
  /** A row for each caption, and one for each column of the grid. */
  readonly noise: Float32Array;
  readonly gridNoise: Float32Array;
  readonly batchSize: number;
  readonly resize: (image: RgbImage, width: number, height: number) => RgbImage;
  readonly onProgress: (progress: EvaluationProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Features [n, dim] of each set. */
export interface MeasuredSets {
  readonly generated: EmbeddingBatch;
  readonly untrained: EmbeddingBatch;
  readonly generatedGrid: EmbeddingBatch;
  readonly untrainedGrid: EmbeddingBatch;
  /** Absent where the model averages nothing. */
  readonly unaveraged?: EmbeddingBatch;
  /** Of `plan.references`. */
  readonly test: EmbeddingBatch;
  /** Of `plan.training`; absent where there is none. */
  readonly training?: EmbeddingBatch;
}

export async function measureSets(studio: Studio, encoder: ImageEncoder): Promise<MeasuredSets> {
  const { model, untrained, dataset, plan, batchSize, resize, onProgress, signal } = studio;
  const look = (what: string, total: number, batches: AsyncIterable<ImageBatch>) =>
    encodeImages(batches, { encoder, resize, signal, onProgress: (done) => onProgress({ what, done, total }) });
  const photos = (what: string, items: readonly number[]) =>
    look(what, items.length, photoBatches(dataset, items, model.imageSize, batchSize));
  const drawn = (what: string, by: TextToImageModel) =>
    look(what, plan.captions.length, drawnBatches(by, studio.embeddings, studio.noise, batchSize));
  const grid = everyPair(studio.gridEmbeddings, studio.gridNoise, model.noiseDim);
  const drawnGrid = (what: string, by: TextToImageModel) =>
    look(what, grid.embeddings.shape[0], drawnBatches(by, grid.embeddings, grid.noise, batchSize));
  return {
    test: await photos('test photos', plan.references),
    ...(plan.training.length > 0 && { training: await photos('training photos', plan.training) }),
    generated: await drawn('generated images', model),
    generatedGrid: await drawnGrid('generated images, captions by noises', model),
    ...(studio.unaveraged && { unaveraged: await drawn('images by the last weights', studio.unaveraged) }),
    untrained: await drawn('images of the untrained generator', untrained),
    untrainedGrid: await drawnGrid('images of the untrained generator, captions by noises', untrained),
  };
}
