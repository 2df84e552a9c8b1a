/** One extractor's features of every measured set. */

import {
  captionNoiseGrid,
  type EmbeddingBatch,
  type GenerateInput,
  generateBatches,
  type ImageBatch,
  type ImageEncoder,
  type RgbImage,
  type TextImageDataset,
  type TextToImageModel,
} from '@t2i/core';
import { encodeImages } from '@t2i/metrics';
import { photoBatches } from './image-sources.ts';
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
  const ofModel = (what: string, by: TextToImageModel, input: GenerateInput = inputs) =>
    extract(what, input.embeddings.shape[0], generateBatches(by, input, { maxImagesPerCall: batchSize }));
  const grid = captionNoiseGrid(inputs.gridEmbeddings, inputs.gridNoise, model.noiseDim);
  return {
    test: await photos('test photos', plan.references),
    ...(plan.training.length > 0 && { training: await photos('training photos', plan.training) }),
    generated: await ofModel('generated images', model),
    generatedGrid: await ofModel('generated images, captions by noises', model, grid),
    ...(inputs.unaveraged && { unaveraged: await ofModel('images by the last weights', inputs.unaveraged) }),
    untrained: await ofModel('images of the untrained generator', untrained),
    untrainedGrid: await ofModel('images of the untrained generator, captions by noises', untrained, grid),
  };
}
