import { spawnSync } from 'node:child_process';
import { appendFile, mkdir, open, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigError, DatasetError } from '@t2i/core';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import type { ItemRecord } from '../item-list.ts';
import { openDataset } from './packed-dataset.ts';
import { type PackedContent, type WriteImage, writePackedDataset } from './packed-writer.ts';

const SIZE = 3;
const LENGTH = SIZE * SIZE * 3;

const item = (n: number, label: number, split: ItemRecord['split']): ItemRecord => ({
  label,
  split,
  captionCount: n % 2 === 0 ? 2 : 1,
  image: `roses/${n}.jpg`,
  captionFile: `roses/${n}.txt`,
});

const ITEMS = [
  item(0, 0, 'train'),
  item(1, 1, 'train'),
  item(2, 2, 'test'),
  item(3, 0, 'train'),
  item(4, 3, undefined),
];
const CONTENT: PackedContent = {
  name: 'five',
  storedSize: SIZE,
  classNames: ['a', 'b', 'ç', 'd'],
  classDisjoint: true,
  sources: [],
  items: ITEMS,
  captions: ITEMS.map(({ captionCount }, n) => Array.from({ length: captionCount }, (_, k) => `flor nº ${n}.${k} ✿`)),
};

/** Every byte of item n is 50·n, its last one 50·n + 1. */
const pixelsOf = (n: number) => new Uint8Array(LENGTH).fill(50 * n).with(LENGTH - 1, 50 * n + 1);

async function fill(write: WriteImage): Promise<void> {
  for (const n of [3, 0, 4, 1, 2]) await write(n, pixelsOf(n));
}

async function withPacked(use: (directory: string) => Promise<void>): Promise<void> {
  await withTemporaryDirectory(async (root) => {
    const directory = join(root, 'sets', 'five');
    await writePackedDataset(directory, CONTENT, fill);
    await use(directory);
  });
}

describe('a packed data set', () => {
  it('comes back as it was written', async () => {
    await withPacked(async (directory) => {
      const dataset = await openDataset(directory);
      expect(dataset.name).toBe('five');
      expect([dataset.size, dataset.storedSize]).toEqual([5, SIZE]);
      expect(dataset.classNames).toEqual(CONTENT.classNames);
      expect(dataset.labels).toEqual(Int32Array.of(0, 1, 2, 0, 3));
      expect(dataset.splits).toEqual({ train: Int32Array.of(0, 1, 3), val: Int32Array.of(), test: Int32Array.of(2) });
      expect(ITEMS.map((_, n) => dataset.captions(n))).toEqual(CONTENT.captions);
      expect(dataset.items).toEqual(ITEMS);
      expect(dataset.manifest.counts).toEqual({ images: 5, captions: 8, train: 3, val: 0, test: 1 });
      expect((await readdir(directory)).sort()).toEqual(['captions.txt', 'images.u8', 'items.tsv', 'manifest.json']);
      await dataset.close();
    });
  });

  it.each([[[0, 1, 2, 3, 4]], [[4, 3, 2, 1, 0]], [[2, 3, 0, 1, 1, 2, 2]], [[4]], [[]]])(
    'reads the images %j',
    async (asked) => {
      await withPacked(async (directory) => {
        const dataset = await openDataset(directory);
        expect(await dataset.readImages(asked)).toEqual(Uint8Array.from(asked.flatMap((n) => [...pixelsOf(n)])));
        await dataset.close();
      });
    },
  );

  it('treats a wrong item number as a bug', async () => {
    await withPacked(async (directory) => {
      const dataset = await openDataset(directory);
      await expect(dataset.readImages([4, 5])).rejects.toThrow(/item 5 of 5/);
      expect(() => dataset.captions(-1)).toThrow(/item -1 of 5/);
      await dataset.close();
    });
  });

  it('has a fingerprint of its content only', async () => {
    await withTemporaryDirectory(async (root) => {
      const write = async (change: Partial<PackedContent>) =>
        (await writePackedDataset(join(root, 'x'), { ...CONTENT, ...change }, fill)).fingerprint;
      const first = await write({});
      expect(await write({ name: 'other', sources: [{ name: 'a', bytes: 1, sha256: '0'.repeat(64) }] })).toBe(first);
      expect(await write({ items: ITEMS.with(1, { ...ITEMS[1]!, split: 'val' }) })).not.toBe(first);
      expect(await write({ captions: CONTENT.captions.with(1, ['another']) })).not.toBe(first);
      expect(await write({ classNames: ['a', 'b', 'c', 'd'] })).not.toBe(first);
    });
  });
});

describe('openDataset', () => {
  const edit = (name: string, change: (text: string) => string) => async (directory: string) =>
    writeFile(join(directory, name), change(await readFile(join(directory, name), 'utf8')));
  const damages: [string, RegExp, (directory: string) => Promise<unknown>][] = [
    ['a directory without manifest', /it has no manifest\.json/, (d) => rm(join(d, 'manifest.json'))],
    ['no directory', /it has no manifest\.json/, (d) => rm(d, { recursive: true })],
    ['half a manifest', /is not JSON/, (d) => truncate(join(d, 'manifest.json'), 100)],
    [
      'another format version',
      /format version 2; this program reads 1/,
      edit('manifest.json', (t) => t.replace('"formatVersion": 1', '"formatVersion": 2')),
    ],
    ['an unknown field', /damaged:\s.*Unrecognized key/, edit('manifest.json', (t) => t.replace('{', '{"extra": 1,'))],
    ['a changed class name', /fingerprint does not fit/, edit('manifest.json', (t) => t.replace('"ç"', '"c"'))],
    [
      'a changed count',
      /lists 3 items under "train", its manifest says 4/,
      edit('manifest.json', (t) => t.replace('"train": 3', '"train": 4')),
    ],
    ['truncated images', /images\.u8 has 100 bytes, not 135/, (d) => truncate(join(d, 'images.u8'), 100)],
    ['too many images', /images\.u8 has 136 bytes, not 135/, (d) => appendFile(join(d, 'images.u8'), '!')],
    ['missing images', /images\.u8 is missing/, (d) => rm(join(d, 'images.u8'))],
    ['truncated captions', /captions\.txt has 20 bytes/, (d) => truncate(join(d, 'captions.txt'), 20)],
    ['a changed caption', /captions\.txt .* is damaged/, edit('captions.txt', (t) => t.replace('flor', 'flur'))],
    ['images that a link leads to', /images\.u8 leads outside/, (d) => moveAndLink(d, 'images.u8')],
    ['captions that a link leads to', /captions\.txt leads outside/, (d) => moveAndLink(d, 'captions.txt')],
    ['items that a link leads to', /items\.tsv leads outside/, (d) => moveAndLink(d, 'items.tsv')],
    ['a manifest that a link leads to', /manifest\.json leads outside/, (d) => moveAndLink(d, 'manifest.json')],
    ['a changed item', /items\.tsv .* is damaged/, edit('items.tsv', (t) => t.replace('train', 'tests'))],
  ];
  it.each(damages)('refuses %s', async (_, message, damage) => {
    await withPacked(async (directory) => {
      await damage(directory);
      await expect(openDataset(directory)).rejects.toThrow(message);
      await expect(openDataset(directory)).rejects.toThrow(DatasetError);
    });
  });
});

/** Moves a file out of the set and puts a link in its place. */
async function moveAndLink(directory: string, name: string): Promise<void> {
  await rename(join(directory, name), `${directory}-${name}`);
  await symlink(`${directory}-${name}`, join(directory, name));
}

describe('the images of an open set', () => {
  it.each([0, 134])('are never given out when byte %i was changed', async (position) => {
    await withPacked(async (directory) => {
      const file = await open(join(directory, 'images.u8'), 'r+');
      await file.write(Uint8Array.of(99), 0, 1, position);
      await file.close();
      const dataset = await openDataset(directory); // captions and items are whole
      const refusal = { code: 'ERR_DATASET', message: expect.stringMatching(/images\.u8 in .*five is damaged/) };
      await expect(dataset.readImages([2])).rejects.toMatchObject(refusal);
      await expect(dataset.intact()).rejects.toMatchObject(refusal);
      await dataset.close();
    });
  });

  it('can be closed before their hash is known', async () => {
    await withPacked(async (directory) => {
      const dataset = await openDataset(directory);
      await dataset.close();
      await expect(dataset.readImages([0])).rejects.toThrow(/closed/);
    });
  });
});

describe('writePackedDataset', () => {
  it('keeps the old set and leaves no temporary files when writing fails', async () => {
    await withPacked(async (directory) => {
      const failing = writePackedDataset(directory, CONTENT, async (write) => {
        await write(0, pixelsOf(0));
        throw new DatasetError('the third photo is damaged');
      });
      await expect(failing).rejects.toThrow('the third photo is damaged');
      expect(await readdir(dirname(directory))).toEqual(['five']);
      await (await openDataset(directory)).close();
    });
  });

  it('is not a data set while it is being written, and removes the leftovers of a killed run', async () => {
    await withTemporaryDirectory(async (root) => {
      const directory = join(root, 'five');
      const deadPid = spawnSync(process.execPath, ['-e', '']).pid;
      const left = `${directory}.preparing-${hostname()}-${deadPid}`;
      const running = `${directory}.preparing-${hostname()}-${process.ppid}`;
      for (const path of [left, running]) {
        await mkdir(path);
        await writeFile(join(path, 'images.u8'), 'half');
      }
      await writePackedDataset(directory, CONTENT, async (write) => {
        await expect(openDataset(directory)).rejects.toThrow(/not a prepared data set/);
        await fill(write);
      });
      expect((await readdir(root)).sort()).toEqual(['five', `five.preparing-${hostname()}-${process.ppid}`]);
    });
  });

  it('never replaces a directory of something else', async () => {
    await withTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'thesis.txt'), 'mine');
      await expect(writePackedDataset(directory, CONTENT, fill)).rejects.toThrow(ConfigError);
      expect(await readFile(join(directory, 'thesis.txt'), 'utf8')).toBe('mine');
    });
  });

  it('names the path that it cannot write', async () => {
    await withTemporaryDirectory(async (directory) => {
      await (await open(join(directory, 'file'), 'w')).close();
      await expect(writePackedDataset(join(directory, 'file', 'five'), CONTENT, fill)).rejects.toThrow(
        /Cannot write .*five: /,
      );
    });
  });

  const wrongFills: [string, (write: WriteImage) => Promise<unknown>][] = [
    ['a missing image', (write) => write(0, pixelsOf(0))],
    ['an image twice', (write) => fill(write).then(() => write(0, pixelsOf(0)))],
    ['an image of another size', (write) => write(0, new Uint8Array(LENGTH + 1))],
  ];
  it.each(wrongFills)('treats %s as a bug', async (_, wrong) => {
    await withTemporaryDirectory(async (directory) => {
      const writing = writePackedDataset(join(directory, 'x'), CONTENT, async (write) => void (await wrong(write)));
      await expect(writing).rejects.toThrow(/Assertion failed/);
    });
  });

  it('refuses a file name that does not fit into a line', async () => {
    await withTemporaryDirectory(async (directory) => {
      const items = ITEMS.with(1, { ...ITEMS[1]!, image: 'roses/a\tb.jpg' });
      await expect(writePackedDataset(join(directory, 'x'), { ...CONTENT, items }, fill)).rejects.toThrow(
        /control character/,
      );
    });
  });
});
