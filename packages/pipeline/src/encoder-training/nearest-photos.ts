/** The photos of a data set that a text encoder puts nearest to captions. */

import { ConfigError, type RgbImage, type SplitName, type TextImageDataset } from '@t2i/core';
import type { SavableEncoder } from '@t2i/text-encoder';
import { bestOf, imageTensor, scoresOf } from '@t2i/text-encoder/training';
import type { Benchmark } from './benchmark.ts';
import { normalisesImages } from './compared-with.ts';

/** A caption with its nearest photos, the best first. */
export interface NearestPhotos {
  readonly caption: string;
  readonly photos: readonly Photo[];
}

interface Photo {
  readonly image: RgbImage;
  /** Product of the caption's embedding and the photo's features. */
  readonly score: number;
  readonly className: string;
}

export interface NearestPhotosOptions {
  readonly captions: readonly string[];
  readonly split: SplitName | 'all';
  /** Photos for each caption. */
  readonly count: number;
}

/** @throws ConfigError when the split has no images, or the features are not those that the encoder was trained with */
export async function nearestPhotos(
  encoder: SavableEncoder,
  { dataset, features }: Benchmark,
  { captions, split, count }: NearestPhotosOptions,
): Promise<NearestPhotos[]> {
  const { train, val, test } = dataset.splits;
  const items = [...(split === 'all' ? [...train, ...val, ...test] : dataset.splits[split])];
  if (items.length === 0) throw new ConfigError(`"${dataset.name}" has no images in "${split}".`);
  const images = await imageTensor(features, items, normalisesImages(encoder, features));
  try {
    const { data: embeddings } = await encoder.encode(captions);
    const { data } = await scoresOf(embeddings, encoder.dim, images);
    return await Promise.all(
      captions.map(async (caption, i) => {
        const scores = data.subarray(i * items.length, (i + 1) * items.length);
        const best = bestOf(scores, count).map((place) => ({ item: items[place]!, score: scores[place]! }));
        return { caption, photos: await readPhotos(dataset, best) };
      }),
    );
  } finally {
    images.dispose();
  }
}

async function readPhotos(
  dataset: TextImageDataset,
  found: readonly { item: number; score: number }[],
): Promise<Photo[]> {
  const { storedSize: side, labels, classNames } = dataset;
  const pixels = await dataset.readImages(found.map(({ item }) => item));
  const size = side * side * 3;
  return found.map(({ item, score }, i) => ({
    image: { data: pixels.subarray(i * size, (i + 1) * size), width: side, height: side },
    score,
    className: classNames[labels[item]!]!,
  }));
}
