/**
 * Oxford-102 (Nilsback & Zisserman 2008) with the captions of Reed et al. (2016): its facts, its splits,
 * and the matching of photos, labels and captions by image number, never by listing order.
 */

import type { SplitName } from '@t2i/core';
import { DatasetError } from '@t2i/core';
import type { MatArray } from '@t2i/formats';

/** Class names in the order of the labels 1 … 102, as in the literature. */
export const OXFORD_102_CLASSES: readonly string[] = [
  'pink primrose',
  'hard-leaved pocket orchid',
  'canterbury bells',
  'sweet pea',
  'english marigold',
  'tiger lily',
  'moon orchid',
  'bird of paradise',
  'monkshood',
  'globe thistle',
  'snapdragon',
  "colt's foot",
  'king protea',
  'spear thistle',
  'yellow iris',
  'globe-flower',
  'purple coneflower',
  'peruvian lily',
  'balloon flower',
  'giant white arum lily',
  'fire lily',
  'pincushion flower',
  'fritillary',
  'red ginger',
  'grape hyacinth',
  'corn poppy',
  'prince of wales feathers',
  'stemless gentian',
  'artichoke',
  'sweet william',
  'carnation',
  'garden phlox',
  'love in the mist',
  'mexican aster',
  'alpine sea holly',
  'ruby-lipped cattleya',
  'cape flower',
  'great masterwort',
  'siam tulip',
  'lenten rose',
  'barbeton daisy',
  'daffodil',
  'sword lily',
  'poinsettia',
  'bolero deep blue',
  'wallflower',
  'marigold',
  'buttercup',
  'oxeye daisy',
  'common dandelion',
  'petunia',
  'wild pansy',
  'primula',
  'sunflower',
  'pelargonium',
  'bishop of llandaff',
  'gaura',
  'geranium',
  'orange dahlia',
  'pink-yellow dahlia',
  'cautleya spicata',
  'japanese anemone',
  'black-eyed susan',
  'silverbush',
  'californian poppy',
  'osteospermum',
  'spring crocus',
  'bearded iris',
  'windflower',
  'tree poppy',
  'gazania',
  'azalea',
  'water lily',
  'rose',
  'thorn apple',
  'morning glory',
  'passion flower',
  'lotus lotus',
  'toad lily',
  'anthurium',
  'frangipani',
  'clematis',
  'hibiscus',
  'columbine',
  'desert-rose',
  'tree mallow',
  'magnolia',
  'cyclamen',
  'watercress',
  'canna lily',
  'hippeastrum',
  'bee balm',
  'ball moss',
  'foxglove',
  'bougainvillea',
  'camellia',
  'mallow',
  'mexican petunia',
  'bromelia',
  'blanket flower',
  'trumpet creeper',
  'blackberry lily',
];

/** The counts of the published set, which `verifyDataset` checks. */
export const OXFORD_102_FACTS = {
  images: 8189,
  captions: 81_890,
  imagesPerClass: [40, 258],
  splits: { train: 5878, val: 1156, test: 1155 },
} as const;

/**
 * `class-disjoint`: the zero-shot split of the paper, test = classes 1–20, val = 21–40, train = 41–102.
 * `official`: the split by images of `setid.mat`, every class in every part.
 */
export type Oxford102Split = 'class-disjoint' | 'official';

/** Paths of the photo and the captions of an image number in the archives. */
const PHOTO_PATH = /(?:^|\/)image_(\d{5})\.jpg$/;
const CAPTION_PATH = /(?:^|\/)text_c10\/class_(\d{5})\/image_(\d{5})\.txt$/;

/** The image number (from 1) of a photo in `102flowers.tgz`; undefined for any other path. */
export function photoNumber(path: string): number | undefined {
  const match = PHOTO_PATH.exec(path);
  return match ? Number(match[1]) : undefined;
}

/** Image number and class (both from 1) of a file of the captions archive; undefined for any other path. */
export function captionNumbers(path: string): { image: number; label: number } | undefined {
  const match = CAPTION_PATH.exec(path);
  return match ? { label: Number(match[1]), image: Number(match[2]) } : undefined;
}

/**
 * Labels of the images 1, 2, … as class indices from 0.
 * @throws DatasetError if the file has other content
 */
export function oxfordLabels(arrays: ReadonlyMap<string, MatArray>): Int32Array {
  const labels = numbersOf(arrays, 'labels', 'imagelabels.mat');
  const wrong = labels.findIndex((label) => label > OXFORD_102_CLASSES.length);
  if (wrong >= 0) throw new DatasetError(`imagelabels.mat gives image ${wrong + 1} the class ${labels[wrong]} of 102.`);
  return Int32Array.from(labels, (label) => label - 1);
}

/** The split of each image, in the order of the labels. `sets` is the content of `setid.mat`, for the official split. */
export function oxfordSplits(
  labels: Int32Array,
  split: Oxford102Split,
  sets: ReadonlyMap<string, MatArray>,
): (SplitName | undefined)[] {
  if (split === 'class-disjoint') return Array.from(labels, (label) => zeroShotSplit(label + 1));
  const splits = new Array<SplitName | undefined>(labels.length).fill(undefined);
  for (const [name, part] of [
    ['trnid', 'train'],
    ['valid', 'val'],
    ['tstid', 'test'],
  ] as const) {
    for (const image of numbersOf(sets, name, 'setid.mat')) {
      if (image > labels.length) throw new DatasetError(`setid.mat names image ${image}; there are ${labels.length}.`);
      splits[image - 1] = part;
    }
  }
  return splits;
}

/** @param label from 1 */
function zeroShotSplit(label: number): SplitName {
  if (label <= 20) return 'test';
  return label <= 40 ? 'val' : 'train';
}

function numbersOf(arrays: ReadonlyMap<string, MatArray>, name: string, file: string): Float64Array {
  const array = arrays.get(name);
  if (array === undefined) throw new DatasetError(`${file} has no numeric array "${name}".`);
  if (!array.data.every((value) => Number.isInteger(value) && value >= 1)) {
    throw new DatasetError(`"${name}" in ${file} holds something other than numbers from 1.`);
  }
  return array.data;
}
