/** `toy-flowers`: the embedded synthetic data set. Code generates flowers and their captions, so no download is needed. */

import type { SplitName, TextImageDataset } from '@t2i/core';
import { assert, ConfigError, Rng } from '@t2i/core';
import type { InMemoryDatasetOptions } from '../in-memory-dataset.ts';
import { InMemoryDataset } from '../in-memory-dataset.ts';
import type { ToyFlowerAttributes, ToyFlowerClass } from './attributes.ts';
import { BACKGROUNDS, FLOWER_SIZES, PETAL_COUNTS, TOY_CLASSES } from './attributes.ts';
import { drawToyFlower } from './draw-toy-flower.ts';
import { writeCaptions } from './write-captions.ts';

const CAPTIONS_PER_IMAGE = 10;

export interface ToyFlowersOptions {
  /** Number of images, at least one for each of the 60 classes (default 2000). */
  readonly images?: number;
  /** Side of the stored images, at least 32 (default 38, for crops of 32; use 76 for crops of 64). */
  readonly storedSize?: number;
  readonly seed?: number;
}

/** A data set that knows the attributes of each image. */
export interface ToyFlowers extends TextImageDataset {
  attributes(item: number): ToyFlowerAttributes;
}

class DrawnFlowers extends InMemoryDataset implements ToyFlowers {
  readonly #attributes: readonly ToyFlowerAttributes[];

  constructor(options: InMemoryDatasetOptions, attributes: readonly ToyFlowerAttributes[]) {
    super(options);
    this.#attributes = attributes;
  }

  attributes(item: number): ToyFlowerAttributes {
    const attributes = this.#attributes[item];
    assert(attributes !== undefined, `item ${item} of ${this.size}`);
    return attributes;
  }
}

/**
 * Generates the data set: 60 classes (petal colour, centre colour, petal shape) in turn, other attributes at random, 10 captions per image.
 * The test split has combinations of petal and centre colour that do not occur in training, although each single colour does.
 * The same seed gives the same flowers and captions at every stored size, and the first n of a larger set.
 * @throws ConfigError for fewer images than classes or a size below 32
 */
export async function createToyFlowers(options: ToyFlowersOptions = {}): Promise<ToyFlowers> {
  const { images: count = 2000, storedSize = 38, seed = 1 } = options;
  if (!Number.isInteger(count) || count < TOY_CLASSES.length) {
    throw new ConfigError(`toy-flowers needs at least ${TOY_CLASSES.length} images, one for each class, got ${count}.`);
  }
  if (!Number.isInteger(storedSize) || storedSize < 32) {
    throw new ConfigError(`toy-flowers are stored at 32 pixels or more, got ${storedSize}.`);
  }
  const rng = new Rng(seed);
  const bytesPerImage = storedSize * storedSize * 3;
  const images = new Uint8Array(count * bytesPerImage);
  const labels = Int32Array.from({ length: count }, (_, item) => item % TOY_CLASSES.length);
  const attributes: ToyFlowerAttributes[] = [];
  const captions: string[][] = [];
  for (let item = 0; item < count; item++) {
    const itemRng = rng.fork();
    const flower = chooseAttributes(TOY_CLASSES[labels[item]!]!, itemRng);
    attributes.push(flower);
    captions.push(writeCaptions(flower, CAPTIONS_PER_IMAGE, itemRng));
    images.set(drawToyFlower(flower, storedSize, itemRng).data, item * bytesPerImage);
  }
  const classNames = TOY_CLASSES.map(({ name }) => name);
  const splits = { train: itemsOf('train', labels), val: itemsOf('val', labels), test: itemsOf('test', labels) };
  return new DrawnFlowers(
    { name: 'toy-flowers', storedSize, classNames, labels, splits, captions, images },
    attributes,
  );
}

function chooseAttributes({ petalColour, centreColour, petalShape }: ToyFlowerClass, rng: Rng): ToyFlowerAttributes {
  return {
    petalColour,
    centreColour,
    petalShape,
    petalCount: rng.pick(PETAL_COUNTS),
    background: rng.pick(BACKGROUNDS),
    size: rng.pick(FLOWER_SIZES),
  };
}

function itemsOf(split: SplitName, labels: Int32Array): Int32Array {
  return Int32Array.from(labels.keys()).filter((item) => TOY_CLASSES[labels[item]!]!.split === split);
}
