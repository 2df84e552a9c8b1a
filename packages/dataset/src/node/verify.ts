/** The full check of a packed data set: all bytes, all pairings, and the known facts of Oxford-102. */

import { DatasetError } from '@t2i/core';
import { sha256 } from '@t2i/core/node';
import { SPLIT_NAMES } from '../check-parts.ts';
import { type DatasetInfo, datasetInfo } from '../dataset-info.ts';
import { PACKED_FILES } from '../manifest.ts';
import { captionNumbers, OXFORD_102_CLASSES, OXFORD_102_FACTS } from '../oxford-102.ts';
import { openDataset, type PackedDataset } from './packed-dataset.ts';

export interface VerifyReport {
  readonly info: DatasetInfo;
  /** Problems that make the set unfit for training; empty if there are none. */
  readonly problems: readonly string[];
  /** Oddities of the data itself, such as photos that occur twice. */
  readonly notes: readonly string[];
}

/** Images hashed at once: 256 of 76×76 are 4 MB. */
const CHUNK = 256;

/**
 * Checks a packed data set completely. Reads every byte: a second or two for Oxford-102.
 * @throws DatasetError if it cannot be opened
 */
export async function verifyDataset(directory: string): Promise<VerifyReport> {
  const dataset = await openDataset(directory);
  try {
    const info = datasetInfo(dataset);
    const damages = await damagedImages(dataset);
    const doubles = damages.length === 0 ? await identicalImages(dataset) : [];
    const problems = [
      ...damages,
      ...brokenPairs(dataset),
      ...emptyCaptions(dataset),
      ...(dataset.manifest.classDisjoint && !info.classDisjoint ? ['a class is in two splits'] : []),
      ...(isOxford102(dataset) ? oxfordProblems(dataset, info) : []),
    ];
    return { info, problems, notes: [...doubleNotes(dataset, doubles), ...captionNotes(info)] };
  } finally {
    await dataset.close();
  }
}

async function damagedImages(dataset: PackedDataset): Promise<string[]> {
  return dataset.intact().then(
    () => [],
    (error) => {
      if (DatasetError.isInstance(error)) return [`${PACKED_FILES.images} was changed or damaged`];
      throw error;
    },
  );
}

/** An image and its captions come from files with the same name. */
function brokenPairs({ items }: PackedDataset): string[] {
  const wrong = items.filter(({ image, captionFile }) => stem(image) !== stem(captionFile));
  return wrong.map(({ image, captionFile }) => `the captions of ${image} come from ${captionFile}`);
}

/** The file name without directories and extension. */
const stem = (path: string) => path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');

function emptyCaptions(dataset: PackedDataset): string[] {
  const empty = dataset.items.filter((_, item) => dataset.captions(item).some((caption) => caption.trim() === ''));
  return empty.map(({ image }) => `${image} has an empty caption`);
}

/** Groups of items with the same pixels. */
async function identicalImages(dataset: PackedDataset): Promise<number[][]> {
  const length = dataset.storedSize ** 2 * 3;
  const groups = new Map<string, number[]>();
  for (let first = 0; first < dataset.size; first += CHUNK) {
    const items = Array.from({ length: Math.min(CHUNK, dataset.size - first) }, (_, k) => first + k);
    const pixels = await dataset.readImages(items);
    for (const [row, item] of items.entries()) {
      const hash = sha256(pixels.subarray(row * length, (row + 1) * length));
      const group = groups.get(hash) ?? [];
      groups.set(hash, group);
      group.push(item);
    }
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

function doubleNotes({ items }: PackedDataset, groups: readonly number[][]): string[] {
  return groups.map((group) => {
    const splits = new Set(group.map((item) => items[item]!.split));
    const across = SPLIT_NAMES.filter((name) => splits.has(name)).join(' and ');
    const where = splits.size > 1 ? `, in different splits (${across})` : '';
    return `identical images: ${group.map((item) => items[item]!.image).join(' = ')}${where}`;
  });
}

function captionNotes({ longCaptions }: DatasetInfo): string[] {
  return longCaptions === 0
    ? []
    : [`${longCaptions} captions have more than 201 characters; the char-CNN-RNN cuts them`];
}

const isOxford102 = ({ manifest }: PackedDataset) => manifest.name === 'oxford-102';

function oxfordProblems({ items, manifest }: PackedDataset, info: DatasetInfo): string[] {
  const { images, captions, imagesPerClass, splits } = OXFORD_102_FACTS;
  const facts: [string, number, number][] = [
    ['images', info.images, images],
    ['captions', info.captions, captions],
    ['classes', info.classes, OXFORD_102_CLASSES.length],
    ['images in the smallest class', info.imagesPerClass[0], imagesPerClass[0]],
    ['images in the largest class', info.imagesPerClass[1], imagesPerClass[1]],
  ];
  if (manifest.classDisjoint) {
    for (const name of SPLIT_NAMES) facts.push([`images in ${name}`, info.splits[name].images, splits[name]]);
  }
  const counts = facts
    .filter(([, found, known]) => found !== known)
    .map(([what, found, known]) => `${found} ${what}, not ${known}`);
  const strangers = items.filter(({ label, captionFile }) => captionNumbers(captionFile)?.label !== label + 1);
  return [...counts, ...strangers.map(({ image, captionFile }) => `${captionFile} is not of the class of ${image}`)];
}
