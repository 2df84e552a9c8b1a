/** Counts of a data set, which `t2i dataset info` prints. */

import type { SplitName, TextImageDataset } from '@t2i/core';
import { ENCODER_CAPTION_LENGTH } from './caption-lines.ts';
import { SPLIT_NAMES } from './check-parts.ts';

export interface SplitInfo {
  readonly images: number;
  readonly classes: number;
}

export interface DatasetInfo {
  readonly name: string;
  readonly fingerprint: string;
  readonly storedSize: number;
  readonly images: number;
  readonly captions: number;
  /** Least and most captions per image. */
  readonly captionsPerImage: readonly [least: number, most: number];
  /** Captions of more than 201 characters, which the char-CNN-RNN encoder cuts. */
  readonly longCaptions: number;
  readonly classes: number;
  /** Least and most images per class. */
  readonly imagesPerClass: readonly [least: number, most: number];
  readonly splits: Readonly<Record<SplitName, SplitInfo>>;
  /** Whether no class is in two splits. */
  readonly classDisjoint: boolean;
}

/** Counts images, captions, classes and splits. Reads all captions and no images. */
export function datasetInfo(dataset: TextImageDataset): DatasetInfo {
  const { name, fingerprint, storedSize, labels, splits, classNames } = dataset;
  const captions = Array.from(labels, (_, item) => dataset.captions(item));
  const perClass = new Array<number>(classNames.length).fill(0);
  for (const label of labels) perClass[label]! += 1;
  const classesOf = (split: SplitName) => new Set(Array.from(splits[split], (item) => labels[item]!));
  const sets = SPLIT_NAMES.map(classesOf);
  const splitInfo = (split: SplitName) => ({ images: splits[split].length, classes: classesOf(split).size });
  return {
    name,
    fingerprint,
    storedSize,
    images: labels.length,
    captions: captions.reduce((sum, list) => sum + list.length, 0),
    captionsPerImage: range(captions.map((list) => list.length)),
    longCaptions: captions.flat().filter((caption) => caption.length > ENCODER_CAPTION_LENGTH).length,
    classes: classNames.length,
    imagesPerClass: range(perClass),
    splits: { train: splitInfo('train'), val: splitInfo('val'), test: splitInfo('test') },
    classDisjoint: new Set(sets.flatMap((set) => [...set])).size === sets.reduce((sum, set) => sum + set.size, 0),
  };
}

function range(counts: readonly number[]): [number, number] {
  return counts.reduce<[number, number]>(
    ([least, most], n) => [Math.min(least, n), Math.max(most, n)],
    [counts[0] ?? 0, counts[0] ?? 0],
  );
}
