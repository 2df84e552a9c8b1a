/** Faithfulness of generated toy flowers: compares captions with images. */

import type { ImageBatch } from '@t2i/core';
import { assertShape, ConfigError } from '@t2i/core';
import type { ToyFlowerAttributes } from './attributes.ts';
import { TOY_ATTRIBUTES } from './attributes.ts';
import { parseToyCaption } from './parse-caption.ts';
import { GRID_SIDE } from './pixel-grid.ts';
import { readToyFlower } from './read-toy-flower.ts';

type Attribute = keyof ToyFlowerAttributes;

export interface AttributeFaithfulness {
  /** Share of the captions mentioning the attribute whose image agrees, 0 … 1. */
  readonly accuracy: number;
  /** Accuracy of the best constant answer: the share of the value that these captions mention most. */
  readonly chance: number;
  /** Captions that mention the attribute. */
  readonly n: number;
}

export interface Faithfulness {
  /** Accuracy over all mentions of all attributes. */
  readonly overall: number;
  /** Accuracy of the best constant answers. */
  readonly chance: number;
  /** Attributes that at least one caption mentions. */
  readonly perAttribute: Readonly<Partial<Record<Attribute, AttributeFaithfulness>>>;
}

/**
 * Compares image i with caption i, attribute by attribute. Only mentioned attributes count, and an image without a flower is wrong.
 * Images are square crops of the loader, at least 32 pixels wide.
 * @throws ConfigError if the numbers of images and captions differ, images are too small or not square, or no caption mentions an attribute
 */
export function measureFaithfulness(images: ImageBatch, captions: readonly string[]): Faithfulness {
  const [count, height, width] = images.shape;
  assertShape('image batch', images.data, images.shape);
  if (count !== captions.length) throw new ConfigError(`${count} images for ${captions.length} captions.`);
  if (width !== height || width < GRID_SIDE) {
    throw new ConfigError(
      `Faithfulness is read from square images of at least ${GRID_SIDE} pixels, these are ${width} × ${height}.`,
    );
  }
  const said = captions.map(parseToyCaption);
  const shown = said.map((_, i) => readToyFlower(images, i));
  const perAttribute: Partial<Record<Attribute, AttributeFaithfulness>> = {};
  let [judged, right, rightByChance] = [0, 0, 0];
  for (const attribute of Object.keys(TOY_ATTRIBUTES) as Attribute[]) {
    const mentions = said.flatMap((caption, i) => (caption[attribute] === undefined ? [] : [i]));
    const n = mentions.length;
    if (n === 0) continue;
    const hits = mentions.filter((i) => said[i]![attribute] === shown[i]![attribute]).length;
    const commonest = Math.max(
      ...TOY_ATTRIBUTES[attribute].map((value) => mentions.filter((i) => said[i]![attribute] === value).length),
    );
    perAttribute[attribute] = { accuracy: hits / n, chance: commonest / n, n };
    judged += n;
    right += hits;
    rightByChance += commonest;
  }
  if (judged === 0) {
    throw new ConfigError('None of the captions says anything about a toy flower.', {
      hint: 'Use captions like “a small pink flower with a yellow centre”.',
    });
  }
  return { overall: right / judged, chance: rightByChance / judged, perAttribute };
}
