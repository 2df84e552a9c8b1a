import { copyFile, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, DatasetError } from '@t2i/core';
import { encodeImage } from '@t2i/image-node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import type { ItemRecord } from '../item-list.ts';
import { condenseDataset, restoreDataset } from './condensed.ts';
import { openDataset } from './packed-dataset.ts';
import { type PackedContent, writePackedDataset } from './packed-writer.ts';
import { verifyDataset } from './verify.ts';

const SIZE = 20;
/** More than one sheet. */
const COUNT = 260;
const ITEMS: ItemRecord[] = Array.from({ length: COUNT }, (_, n) => ({
  label: n % 2,
  split: n % 2 === 0 ? 'train' : 'test',
  captionCount: 1 + (n % 3),
  image: `${n}.jpg`,
  captionFile: `${n}.txt`,
}));
const CONTENT: PackedContent = {
  name: 'gradients',
  storedSize: SIZE,
  classNames: ['a', 'b'],
  classDisjoint: true,
  sources: [{ name: 'photos.zip', bytes: 3, sha256: 'a'.repeat(64) }],
  items: ITEMS,
  captions: ITEMS.map(({ captionCount }, n) => Array.from({ length: captionCount }, (_, k) => `flor nº ${n}.${k} ✿`)),
};

const image = (n: number) =>
  Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, k) => (n + 3 * (k % 60) + 2 * Math.floor(k / 60)) % 256);

async function withPacked(use: (place: { packed: string; out: string; restored: string }) => Promise<void>) {
  await withTemporaryDirectory(async (directory) => {
    const place = {
      packed: join(directory, 'packed'),
      out: join(directory, 'out'),
      restored: join(directory, 'restored'),
    };
    await writePackedDataset(place.packed, CONTENT, async (write) => {
      for (let n = 0; n < COUNT; n++) await write(n, image(n));
    });
    await mkdir(place.out);
    await use(place);
  });
}

async function moveAndLink(out: string, name: string): Promise<void> {
  const elsewhere = `${out}-${name.replace('/', '-')}`;
  await rename(join(out, name), elsewhere);
  await symlink(elsewhere, join(out, name));
}

async function edit(out: string, what: string | RegExp, by: string): Promise<void> {
  const path = join(out, 'condensed.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace(what, by));
}

const copySheet = (out: string) => copyFile(join(out, 'sheets/0000'), join(out, 'sheets/0001'));

describe('condenseDataset and restoreDataset', () => {
  it('restore the same set when lossless', async () => {
    await withPacked(async ({ packed, out, restored }) => {
      expect(await condenseDataset(packed, out, { quality: 'lossless' })).toEqual({
        picturesAs: 'PNG',
        psnr: Infinity,
      });
      await restoreDataset(out, restored);
      for (const name of ['manifest.json', 'images.u8', 'captions.txt', 'items.tsv']) {
        expect(await readFile(join(restored, name)), name).toEqual(await readFile(join(packed, name)));
      }
    });
  });

  it('record which set a lossy copy was made from, with its own hashes', async () => {
    await withPacked(async ({ packed, out, restored }) => {
      const { picturesAs, psnr } = await condenseDataset(packed, out, { quality: 80 });
      expect(picturesAs).toBe('AVIF, quality 80');
      expect(psnr).toBeGreaterThan(25);
      expect(psnr).toBeLessThan(80);
      const manifest = await restoreDataset(out, restored);
      const original = await openDataset(packed);
      expect(manifest).toMatchObject({
        copyOf: { fingerprint: original.fingerprint, pictures: 'AVIF, quality 80' },
        sources: CONTENT.sources,
        name: 'gradients',
      });
      expect(manifest.fingerprint).not.toBe(original.fingerprint);
      expect((await verifyDataset(restored)).problems).toEqual([]);
      const copy = await openDataset(restored);
      expect(copy.captions(259)).toEqual(original.captions(259));
      const [as, was] = [await copy.readImages([258]), await original.readImages([258])];
      expect(Math.hypot(...Array.from(as, (value, k) => value - was[k]!)) / Math.sqrt(as.length)).toBeLessThan(16);
      await copy.close();
      await original.close();
    });
  });

  it('refuse images that differ from those stored', async () => {
    await withPacked(async ({ packed, out, restored }) => {
      await condenseDataset(packed, out, { quality: 'lossless' });
      const black = { data: new Uint8Array(16 * SIZE * SIZE * 3), width: 16 * SIZE, height: SIZE };
      await writeFile(join(out, 'sheets/0001'), await encodeImage(black));
      await expect(restoreDataset(out, restored)).rejects.toThrow(DatasetError);
      await expect(openDataset(restored)).rejects.toThrow('no manifest.json');
    });
  });

  const swaps: [string, RegExp, (out: string) => Promise<unknown>][] = [
    ['a sheet that a link leads to', /sheets\/0001 leads outside/, (out) => moveAndLink(out, 'sheets/0001')],
    ['items that a link leads to', /items\.tsv leads outside/, (out) => moveAndLink(out, 'items.tsv')],
    ['captions that a link leads to', /captions\.txt leads outside/, (out) => moveAndLink(out, 'captions.txt')],
    ['names that climb', /"..\/elsewhere\/0001" leads outside/, (out) => edit(out, 'sheets/0001', '../elsewhere/0001')],
    ['fewer sheets', /disagree in number/, (out) => edit(out, /,\s*"sheets\/0001"/, '')],
    ['fewer captions', /disagree in number/, (out) => writeFile(join(out, 'captions.txt'), 'one\n')],
    ['a smaller sheet', /0001 .* has 320 × 320 pixels, a sheet of 4 images 320 × 20/, copySheet],
  ];
  it.each(swaps)('refuse %s', async (_, message, swap) => {
    await withPacked(async ({ packed, out, restored }) => {
      await condenseDataset(packed, out, { quality: 'lossless' });
      await swap(out);
      await expect(restoreDataset(out, restored)).rejects.toThrow(message);
      await expect(restoreDataset(out, restored)).rejects.toThrow(DatasetError);
    });
  });

  it.each([0, 101, 1.5])('refuse the quality %d', async (quality) => {
    await withPacked(async ({ packed, out }) => {
      await expect(condenseDataset(packed, out, { quality })).rejects.toThrow(ConfigError);
    });
  });
});
