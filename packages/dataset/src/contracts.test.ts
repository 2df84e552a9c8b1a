/** The data sets of this package keep to the interface of `@t2i/core`. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testTextImageDataset } from '@t2i/test-utils';
import { afterAll, beforeAll } from 'vitest';
import { InMemoryDataset } from './in-memory-dataset.ts';
import type { ItemRecord } from './item-list.ts';
import { openDataset } from './node/packed-dataset.ts';
import { writePackedDataset } from './node/packed-writer.ts';
import { createToyFlowers } from './toy/toy-flowers.ts';

const SIZE = 3;
const LENGTH = SIZE * SIZE * 3;
const LABELS = [0, 1, 1];
const SPLITS = ['train', 'train', 'test'] as const;
const imageOf = (item: number) => Uint8Array.from({ length: LENGTH }, (_, i) => 50 * item + i);
const captionsOf = (item: number) => [`a flower, number ${item}`, `flor nº ${item} ✿`];

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 't2i-contracts-'));
  const items = LABELS.map((label, n): ItemRecord => {
    return { label, split: SPLITS[n], captionCount: 2, image: `${n}.jpg`, captionFile: `${n}.txt` };
  });
  const content = {
    name: 'three',
    storedSize: SIZE,
    classNames: ['rose', 'tulip'],
    classDisjoint: false,
    sources: [],
    items,
    captions: items.map((_, item) => captionsOf(item)),
  };
  await writePackedDataset(join(root, 'three'), content, async (write) => {
    for (const [item] of items.entries()) await write(item, imageOf(item));
  });
});
afterAll(() => rm(root, { recursive: true, force: true }));

testTextImageDataset('PackedDataset', { open: () => openDataset(join(root, 'three')) });
testTextImageDataset('ToyFlowers', { open: () => createToyFlowers({ images: 60 }) });
testTextImageDataset('InMemoryDataset', {
  open: () =>
    new InMemoryDataset({
      name: 'three',
      storedSize: SIZE,
      classNames: ['rose', 'tulip'],
      labels: Int32Array.from(LABELS),
      splits: { train: Int32Array.of(0, 1), val: Int32Array.of(), test: Int32Array.of(2) },
      captions: LABELS.map((_, item) => captionsOf(item)),
      images: Uint8Array.from(LABELS.flatMap((_, item) => [...imageOf(item)])),
    }),
});
