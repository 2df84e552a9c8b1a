/** Evaluates the style encoder of a run on captions and photos of the test split, where there is one. */

import { type EmbeddingBatch, generateImages, type ImageBatch, type Logger, Rng } from '@t2i/core';
import type { StyleEncoder } from '@t2i/gan-cls';
import { photoBatch } from '../evaluation/image-sources.ts';
import { openData } from '../open-data.ts';
import { requireRun, TextToImagePipeline } from '../pipeline.ts';
import { assertSameData } from '../run-record.ts';
import { evaluationItems } from '../trained-captions.ts';
import { backgroundCorrelation } from './background.ts';
import { measureReconstruction, type Reconstruction } from './reconstruction.ts';
import { rotated, rotatedRows } from './rotated.ts';
import { openStyleEncoder, ownStyleDirectory } from './style-run.ts';

export interface EvaluateStyleOptions {
  readonly runDirectory: string;
  /** Test captions, each with a noise and a photo; at most as many as there are test photos. Default 500. */
  readonly samples?: number;
  /** Decides captions and noise; default 0. */
  readonly seed?: number;
  readonly logger?: Logger;
}

/** Correlation of background colours between images and those generated in their style with the captions of others. */
export interface BackgroundReport {
  /** Photos, and G(S(photo), φ(t)). */
  readonly photos: number;
  /** Images of the generator, and G(S(image), φ(t)). */
  readonly drawn: number;
  /** Images of the generator, and G(z, φ(t)) with their own z: the value of an exact S. */
  readonly exact: number;
  /** Photos, and images in the style of other photos: chance. */
  readonly chance: number;
}

export interface StyleReport {
  /** Progress of both networks. */
  readonly generator: { readonly step: number; readonly epoch: number };
  readonly style: { readonly step: number; readonly epoch: number };
  readonly samples: number;
  /** False where there are no two test photos: captions and photos are then those of training. */
  readonly heldOut: boolean;
  readonly reconstruction: Reconstruction;
  readonly background: BackgroundReport;
}

/**
 * @throws CheckpointError when there is no style encoder of this generator, or the data are not those that the run was trained on
 */
export async function evaluateStyle(options: EvaluateStyleOptions): Promise<StyleReport> {
  const { runDirectory, samples = 500, seed = 0, logger } = options;
  const pipeline = await TextToImagePipeline.open(runDirectory, logger);
  try {
    const { record, checkpoint } = requireRun(pipeline, runDirectory);
    const { style, progress } = await openStyleEncoder(pipeline, await ownStyleDirectory(runDirectory), logger);
    const dataset = await openData(record.config.data, record.config.model.imageSize);
    try {
      assertSameData(runDirectory, record, dataset);
      const rng = new Rng(seed);
      const evaluated = evaluationItems(dataset, 2);
      const items = rng.shuffle(evaluated.items).slice(0, samples);
      const embeddings = await pipeline.encoder.encode(items.map((item) => rng.pick(dataset.captions(item))));
      const photos = await photoBatch(dataset, items, pipeline.model.imageSize);
      const noise = rng.normal(items.length * pipeline.model.noiseDim);
      return {
        generator: { step: checkpoint.step, epoch: checkpoint.epoch },
        style: { step: progress.step, epoch: progress.epoch },
        samples: items.length,
        heldOut: evaluated.heldOut,
        ...(await measure(pipeline, style, { embeddings, noise, photos })),
      };
    } finally {
      style.dispose();
      await dataset.close();
    }
  } finally {
    pipeline.dispose();
  }
}

/** Row i of every member belongs together. */
interface Samples {
  readonly embeddings: EmbeddingBatch;
  readonly noise: Float32Array;
  readonly photos: ImageBatch;
}

async function measure(
  { model }: TextToImagePipeline,
  style: StyleEncoder,
  { embeddings, noise, photos }: Samples,
): Promise<Pick<StyleReport, 'reconstruction' | 'background'>> {
  const generated = await generateImages(model, { embeddings, noise });
  const styles = await style.encode(generated);
  // In the style of each, the caption of the next: what the images share is then not the caption's doing.
  const others = rotated(embeddings);
  const ofGenerated = await generateImages(model, { embeddings: others, noise: styles });
  const ofNoise = await generateImages(model, { embeddings: others, noise });
  const ofPhotos = await generateImages(model, { embeddings: others, noise: await style.encode(photos) });
  return {
    reconstruction: measureReconstruction(noise, styles, model.noiseDim),
    background: {
      photos: backgroundCorrelation(photos, ofPhotos),
      drawn: backgroundCorrelation(generated, ofGenerated),
      exact: backgroundCorrelation(generated, ofNoise),
      chance: backgroundCorrelation(photos, { data: rotatedRows(ofPhotos.data, photos.shape[0]), shape: photos.shape }),
    },
  };
}
