/** One extractor's features of every measured set. */

import type { EmbeddingBatch, ImageBatch, ImageEncoder, RgbImage, TextImageDataset, TextToImageModel } from '@t2i/core';
import { everyPair } from '@t2i/gan-cls';
import { encodeImages } from '@t2i/metrics';
import { generatedBatches, photoBatches } from './image-sources.ts';
import type { SamplePlan } from './sample-plan.ts';

export interface EvaluationProgress {
  /** The current set: "generated images", … */
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

/** Models, data and settings of an evaluation. */
export interface EvaluationInputs {
  readonly model: TextToImageModel;
  readonly untrained: TextToImageModel;
  /** With the weights of the last step, where the model generates with averaged ones. */
  readonly unaveraged?: TextToImageModel | undefined;
  readonly dataset: TextImageDataset;
  readonly plan: SamplePlan;
  /** Of the captions and of the grid's captions, by the generator's text encoder. */
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
  /** Absent where the model keeps no average. */
  readonly unaveraged?: EmbeddingBatch;
  /** Of `plan.references`. */
  readonly test: EmbeddingBatch;
  /** Of `plan.training`; absent where there is none. */
  readonly training?: EmbeddingBatch;
}

export async function measureSets(inputs: EvaluationInputs, encoder: ImageEncoder): Promise<MeasuredSets> {
  const { model, untrained, dataset, plan, batchSize, resize, onProgress, signal } = inputs;
  const extract = (what: string, total: number, batches: AsyncIterable<ImageBatch>) =>
    encodeImages(batches, { encoder, resize, signal, onProgress: (done) => onProgress({ what, done, total }) });
  const photos = (what: string, items: readonly number[]) =>
    extract(what, items.length, photoBatches(dataset, items, model.imageSize, batchSize));
  const ofModel = (what: string, by: TextToImageModel) =>
    extract(what, plan.captions.length, generatedBatches(by, inputs.embeddings, inputs.noise, batchSize));
  const grid = everyPair(inputs.gridEmbeddings, inputs.gridNoise, model.noiseDim);
  const gridOfModel = (what: string, by: TextToImageModel) =>
    extract(what, grid.embeddings.shape[0], generatedBatches(by, grid.embeddings, grid.noise, batchSize));
  return {
    test: await photos('test photos', plan.references),
    ...(plan.training.length > 0 && { training: await photos('training photos', plan.training) }),
    generated: await ofModel('generated images', model),
    generatedGrid: await gridOfModel('generated images, captions by noises', model),
    ...(inputs.unaveraged && { unaveraged: await ofModel('images by the last weights', inputs.unaveraged) }),
    untrained: await ofModel('images of the untrained generator', untrained),
    untrainedGrid: await gridOfModel('images of the untrained generator, captions by noises', untrained),
  };
}
