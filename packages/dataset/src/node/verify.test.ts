import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import type { ItemRecord } from '../item-list.ts';
import { type PackedContent, writePackedDataset } from './packed-writer.ts';
import { verifyDataset } from './verify.ts';

const SPLITS = ['train', 'train', 'val', 'test'] as const;
const ITEMS = SPLITS.map(
  (split, n): ItemRecord => ({ label: n, split, captionCount: 1, image: `jpg/${n}.jpg`, captionFile: `text/${n}.txt` }),
);
const CONTENT: PackedContent = {
  name: 'four',
  storedSize: 2,
  classNames: ['a', 'b', 'c', 'd'],
  classDisjoint: true,
  sources: [],
  items: ITEMS,
  captions: ITEMS.map(({ image }) => [`caption of ${image}`]),
};

async function withPacked(
  change: Partial<PackedContent>,
  use: (directory: string) => Promise<void>,
  grey = [0, 1, 2, 3],
) {
  await withTemporaryDirectory(async (root) => {
    const directory = join(root, 'four');
    await writePackedDataset(directory, { ...CONTENT, ...change }, async (write) => {
      for (const [item, value] of grey.entries()) await write(item, new Uint8Array(12).fill(value));
    });
    await use(directory);
  });
}

describe('verifyDataset', () => {
  it('finds nothing wrong with a whole set', async () => {
    await withPacked({}, async (directory) => {
      const { info, problems, notes } = await verifyDataset(directory);
      expect([problems, notes]).toEqual([[], []]);
      expect(info).toMatchObject({ images: 4, captions: 4, classes: 4, classDisjoint: true, imagesPerClass: [1, 1] });
      expect(info.splits.train).toEqual({ images: 2, classes: 2 });
    });
  });

  it('finds one changed byte in the images', async () => {
    await withPacked({}, async (directory) => {
      const file = await open(join(directory, 'images.u8'), 'r+');
      await file.write(Uint8Array.of(99), 0, 1, 30);
      await file.close();
      expect((await verifyDataset(directory)).problems).toEqual(['images.u8 was changed or damaged']);
    });
  });

  it('finds captions of another image', async () => {
    const items = ITEMS.with(1, { ...ITEMS[1]!, captionFile: 'text/3.txt' });
    await withPacked({ items }, async (directory) => {
      expect((await verifyDataset(directory)).problems).toEqual(['the captions of jpg/1.jpg come from text/3.txt']);
    });
  });

  it('finds a class in two splits where classes should be disjoint', async () => {
    const items = ITEMS.with(3, { ...ITEMS[3]!, label: 0 });
    await withPacked({ items }, async (directory) => {
      expect((await verifyDataset(directory)).problems).toEqual(['a class is in two splits']);
    });
    await withPacked({ items, classDisjoint: false }, async (directory) => {
      expect((await verifyDataset(directory)).problems).toEqual([]);
    });
  });

  it('finds empty captions, and notes long ones', async () => {
    const captions = CONTENT.captions
      .with(0, [' '])
      .with(1, ['x'.repeat(202)])
      .with(2, ['x'.repeat(201)]);
    await withPacked({ captions }, async (directory) => {
      const { problems, notes } = await verifyDataset(directory);
      expect(problems).toEqual(['jpg/0.jpg has an empty caption']);
      expect(notes).toEqual(['1 captions have more than 201 characters; the char-CNN-RNN cuts them']);
    });
  });

  it('reports duplicate images, and whether they are in different splits', async () => {
    await withPacked(
      {},
      async (directory) => {
        expect((await verifyDataset(directory)).notes).toEqual([
          'identical images: jpg/0.jpg = jpg/1.jpg',
          'identical images: jpg/2.jpg = jpg/3.jpg, in different splits (val and test)',
        ]);
      },
      [7, 7, 8, 8],
    );
  });

  it('compares a set called oxford-102 with the published facts', async () => {
    await withPacked({ name: 'oxford-102' }, async (directory) => {
      const { problems } = await verifyDataset(directory);
      expect(problems).toContain('4 images, not 8189');
      expect(problems).toContain('2 images in train, not 5878');
      expect(problems).toContain('text/2.txt is not of the class of jpg/2.jpg');
    });
  });
});
