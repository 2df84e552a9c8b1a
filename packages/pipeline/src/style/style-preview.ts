/** What a style encoder can do so far, as a sheet: images and photos of the test split, each drawn again from its style. */

import { enlarge, Rng, type TextImageDataset, toRgbImages } from '@t2i/core';
import type { StyleEncoder } from '@t2i/gan-cls';
import { labelledGrid } from '@t2i/image-node';
import type { Preview } from '@t2i/trainer';
import { photoBatch } from '../evaluation/image-sources.ts';
import type { TextToImagePipeline } from '../pipeline.ts';
import { judgedItems } from '../trained-captions.ts';
import { rotated } from './rotated.ts';

const COLUMNS = 8;
const SHOWN_SIDE = 64;

/** The same images for every style encoder of a generator. Draws through the encoder that is given. */
export async function createStylePreview(
  { model, encoder }: Pick<TextToImagePipeline, 'model' | 'encoder'>,
  style: StyleEncoder,
  dataset: TextImageDataset,
): Promise<Preview> {
  const rng = new Rng(0);
  const items = rng.shuffle(judgedItems(dataset, 2).items).slice(0, COLUMNS);
  const embeddings = await encoder.encode(items.map((item) => rng.pick(dataset.captions(item))));
  const others = rotated(embeddings);
  const drawn = await model.generate({ embeddings, noise: rng.normal(items.length * model.noiseDim) });
  const photos = await photoBatch(dataset, items, model.imageSize);
  const factor = Math.max(1, Math.round(SHOWN_SIDE / model.imageSize));
  return {
    async draw() {
      const [ofDrawn, ofPhotos] = [await style.encode(drawn), await style.encode(photos)];
      const rows = {
        drawn,
        'their style, the same captions': await model.generate({ embeddings, noise: ofDrawn }),
        'their style, other captions': await model.generate({ embeddings: others, noise: ofDrawn }),
        photos,
        "the photos' style, their captions": await model.generate({ embeddings, noise: ofPhotos }),
        "the photos' style, other captions": await model.generate({ embeddings: others, noise: ofPhotos }),
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
