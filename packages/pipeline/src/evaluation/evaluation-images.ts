/** Images to show beside the metrics: generated images beside their photos, and a grid of captions by noises. */

import {
  captionNoiseGrid,
  type GenerateInput,
  generateBatches,
  type RgbImage,
  type TextToImageModel,
  toRgbImages,
} from '@t2i/core';
import type { NearestNeighbours } from '@t2i/metrics';
import { photoBatches } from './image-sources.ts';
import type { EvaluationInputs } from './measured-sets.ts';
import { GRID_COLUMNS } from './sample-plan.ts';

const EXAMPLES = 20;

/** One caption and its images, all of the model's size. */
export interface EvaluationExample {
  readonly caption: string;
  /** Whether the caption was trained on, word for word. */
  readonly trainedOn: boolean;
  readonly className: string;
  readonly generated: RgbImage;
  readonly untrained: RgbImage;
  /** The photo that the caption describes. */
  readonly photo: RgbImage;
  /** The training photo whose features are nearest to those of the generated image. */
  readonly nearest: { readonly photo: RgbImage; readonly className: string; readonly distance: number };
}

export interface EvaluationImages {
  readonly examples: readonly EvaluationExample[];
  /** One caption of each class; the i-th image of each row has the i-th noise. */
  readonly grid: readonly { readonly caption: string; readonly images: readonly RgbImage[] }[];
}

/**
 * @param nearest rows of `training` that the generated images are nearest to
 * @param isTrained whether a caption was trained on
 */
export async function generateEvaluationImages(
  inputs: EvaluationInputs,
  training: readonly number[],
  nearest: NearestNeighbours,
  isTrained: (caption: string) => boolean,
): Promise<EvaluationImages> {
  const { dataset, plan, model, untrained, embeddings, noise, batchSize } = inputs;
  const rows = Array.from({ length: Math.min(EXAMPLES, plan.captions.length) }, (_, i) => i);
  const first = {
    embeddings: {
      data: embeddings.data.subarray(0, rows.length * embeddings.shape[1]),
      shape: [rows.length, embeddings.shape[1]] as const,
    },
    noise: noise.subarray(0, rows.length * model.noiseDim),
  };
  const generate = (by: TextToImageModel, input: GenerateInput) =>
    all(generateBatches(by, input, { maxImagesPerCall: batchSize }));
  const photos = (items: readonly number[]) => all(photoBatches(dataset, items, model.imageSize, batchSize));
  const classOf = (item: number) => dataset.classNames[dataset.labels[item]!]!;
  const owners = rows.map((row) => plan.references[plan.owners[row]!]!);
  const neighbours = rows.map((row) => training[nearest.indices[row]!]!);
  const [generated, before, own, near] = [
    await generate(model, first),
    await generate(untrained, first),
    await photos(owners),
    await photos(neighbours),
  ];
  const grid = captionNoiseGrid(inputs.gridEmbeddings, inputs.gridNoise, model.noiseDim);
  const gridImages = await generate(model, grid);
  return {
    examples: rows.map((row) => ({
      caption: plan.captions[row]!,
      trainedOn: isTrained(plan.captions[row]!),
      className: classOf(owners[row]!),
      generated: generated[row]!,
      untrained: before[row]!,
      photo: own[row]!,
      nearest: { photo: near[row]!, className: classOf(neighbours[row]!), distance: nearest.distances[row]! },
    })),
    grid: plan.grid.map((caption, i) => ({
      caption,
      images: gridImages.slice(i * GRID_COLUMNS, (i + 1) * GRID_COLUMNS),
    })),
  };
}

async function all(batches: AsyncIterable<Parameters<typeof toRgbImages>[0]>): Promise<RgbImage[]> {
  const images: RgbImage[] = [];
  for await (const batch of batches) images.push(...toRgbImages(batch));
  return images;
}
