/** A sample sheet of a style encoder: images and photos of the test split, each generated again from its style. */

import { enlarge, generateImages, Rng, type TextImageDataset, toRgbImages } from '@t2i/core';
import type { StyleEncoder } from '@t2i/gan-cls';
import { labelledGrid } from '@t2i/image-node';
import type { Preview } from '@t2i/trainer';
import { photoBatch } from '../evaluation/image-sources.ts';
import type { TextToImagePipeline } from '../pipeline.ts';
import { evaluationItems } from '../trained-captions.ts';
import { rotated } from './rotated.ts';

const COLUMNS = 8;
const SHOWN_SIDE = 64;

/** The same images for every style encoder of a generator. Generates with the given encoder. */
export async function createStylePreview(
  { model, encoder }: Pick<TextToImagePipeline, 'model' | 'encoder'>,
  style: StyleEncoder,
  dataset: TextImageDataset,
): Promise<Preview> {
  const rng = new Rng(0);
  const items = rng.shuffle(evaluationItems(dataset, 2).items).slice(0, COLUMNS);
  const embeddings = await encoder.encode(items.map((item) => rng.pick(dataset.captions(item))));
  const others = rotated(embeddings);
  const generated = await generateImages(model, { embeddings, noise: rng.normal(items.length * model.noiseDim) });
  const photos = await photoBatch(dataset, items, model.imageSize);
  const factor = Math.max(1, Math.round(SHOWN_SIDE / model.imageSize));
  return {
    async generate() {
      const [ofGenerated, ofPhotos] = [await style.encode(generated), await style.encode(photos)];
      const rows = {
        generated,
        'their style, the same captions': await generateImages(model, { embeddings, noise: ofGenerated }),
        'their style, other captions': await generateImages(model, { embeddings: others, noise: ofGenerated }),
        photos,
        "the photos' style, their captions": await generateImages(model, { embeddings, noise: ofPhotos }),
        "the photos' style, other captions": await generateImages(model, { embeddings: others, noise: ofPhotos }),
      };
      return labelledGrid(
        Object.entries(rows).map(([caption, images]) => ({
          caption,
          images: toRgbImages(images).map((image) => enlarge(image, factor)),
        })),
      );
    },
  };
}
