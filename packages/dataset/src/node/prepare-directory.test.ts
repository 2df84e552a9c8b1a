import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigError, DatasetError } from '@t2i/core';
import { encodeImage, type ImageFormat } from '@t2i/image-node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { openDataset } from './packed-dataset.ts';
import { type PrepareDirectoryOptions, prepareDirectory } from './prepare-directory.ts';
import { sourcePhotos } from './source-photos.ts';
import { verifyDataset } from './verify.ts';

/** File content, or an image of one grey value. */
type Files = Record<string, string | number | Uint8Array>;

async function writeFiles(root: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    const format: ImageFormat = name.endsWith('.png') ? 'png' : 'jpeg';
    const data = new Uint8Array(10 * 6 * 3).fill(Number(content));
    const bytes = typeof content === 'number' ? await encodeImage({ data, width: 10, height: 6 }, { format }) : content;
    await writeFile(join(root, name), bytes);
  }
}

async function withDirectory(
  files: Files,
  use: (place: { from: string; cache: string }) => Promise<void>,
): Promise<void> {
  await withTemporaryDirectory(async (root) => {
    const place = { from: join(root, 'garden'), cache: join(root, 'cache') };
    await mkdir(place.from);
    await writeFiles(place.from, files);
    await use(place);
  });
}

const prepare = ({ from, cache }: { from: string; cache: string }, options: Partial<PrepareDirectoryOptions> = {}) =>
  prepareDirectory({ from, cacheDirectory: cache, storedSize: 4, split: { val: 0, test: 0 }, ...options });

const GARDEN: Files = {
  'tulip/b.PNG': 200,
  'tulip/b.txt': 'a tulip\r\n\r\n  a red tulip  \r\n',
  'rose/a.jpg': 50,
  'rose/a.txt': '\uFEFFa rose',
  'rose/z.jpeg': 100,
  'rose/z.txt': 'a rose, ünlike others\n',
  '.hidden/x.jpg': 'not looked at',
};

async function linkTo(target: string, path: string): Promise<void> {
  await rm(path);
  await symlink(target, path);
}

describe('prepareDirectory', () => {
  it('packs images with their captions, classes by sub-directory, in the order of the paths', async () => {
    await withDirectory(GARDEN, async (place) => {
      const { directory } = await prepare(place);
      const dataset = await openDataset(directory);
      expect([dataset.name, dataset.classNames, [...dataset.labels]]).toEqual(['garden', ['rose', 'tulip'], [0, 0, 1]]);
      expect(dataset.items.map(({ image }) => image)).toEqual(['rose/a.jpg', 'rose/z.jpeg', 'tulip/b.PNG']);
      expect([0, 1, 2].map((item) => dataset.captions(item))).toEqual([
        ['a rose'],
        ['a rose, ünlike others'],
        ['a tulip', 'a red tulip'],
      ]);
      const pixels = await dataset.readImages([2, 0]);
      expect([pixels[0], pixels.length]).toEqual([200, 2 * 48]);
      expect(Math.abs(pixels[48]! - 50)).toBeLessThanOrEqual(2);
      await dataset.close();
      expect((await verifyDataset(directory)).problems).toEqual([]);
    });
  });

  it('makes every image of a flat directory its own class, and follows links to files', async () => {
    await withDirectory(
      { 'a.jpg': 1, 'a.txt': 'one', 'b.jpg': 2, 'b.txt': 'two', 'notes.txt': 'unused' },
      async (place) => {
        await symlink(join(place.from, 'a.jpg'), join(place.from, 'c.jpg'));
        await writeFile(join(place.from, 'c.txt'), 'three');
        const warnings: string[] = [];
        const logger = { info: () => {}, warn: (message: string) => warnings.push(message) };
        const { manifest } = await prepare(place, { name: 'flat', logger });
        expect([manifest.name, manifest.classNames]).toEqual(['flat', ['a', 'b', 'c']]);
        expect(warnings).toEqual(['1 text files belong to no image, for instance notes.txt.']);
      },
    );
  });

  const outside: [string, (place: string, from: string) => Promise<void>][] = [
    ['a photo', (place, from) => linkTo(join(place, 'private.jpg'), join(from, 'rose/c.jpg'))],
    ['a caption file', (place, from) => linkTo(join(place, 'private.txt'), join(from, 'rose/c.txt'))],
  ];
  it.each(outside)('reads %s outside the directory only when it is told to follow links', async (_, link) => {
    await withDirectory({ ...GARDEN, 'rose/c.jpg': 7, 'rose/c.txt': 'in the directory' }, async (place) => {
      await writeFiles(dirname(place.from), { 'private.jpg': 7, 'private.txt': 'outside the directory' });
      await link(dirname(place.from), place.from);
      await expect(prepare(place)).rejects.toMatchObject({
        code: 'ERR_DATASET',
        message: expect.stringMatching(/^Cannot read rose\/c\.(jpg|txt): .* leads outside/),
        hint: expect.stringContaining('--follow-links'),
      });
      expect(await readdir(place.cache).catch(() => [])).toEqual([]);
      const { manifest, directory } = await prepare(place, { followLinks: true });
      expect(manifest.counts.images).toBe(4);
      const dataset = await openDataset(directory);
      const items: number[] = [];
      for await (const { item } of sourcePhotos(dataset, place.from, { followLinks: true })) items.push(item);
      expect(items).toEqual([0, 1, 2, 3]);
      await dataset.close();
    });
  });

  it('takes a whole directory of links', async () => {
    await withDirectory(GARDEN, async (place) => {
      const links = join(dirname(place.from), 'links');
      for (const name of Object.keys(GARDEN)) {
        await mkdir(dirname(join(links, name)), { recursive: true });
        await symlink(join(place.from, name), join(links, name));
      }
      const { manifest } = await prepare({ ...place, from: links }, { followLinks: true, name: 'garden' });
      expect(manifest.fingerprint).toBe((await prepare(place)).manifest.fingerprint);
    });
  });

  it('refuses a named pipe, which would hang, and a link to nothing', async () => {
    await withDirectory({ 'rose/a.jpg': 50 }, async (place) => {
      execFileSync('mkfifo', [join(place.from, 'rose/a.txt')]);
      await expect(prepare(place)).rejects.toThrow(/rose\/a\.txt: .* is a named pipe, not a file/);
    });
    await withDirectory({ 'rose/a.jpg': 50 }, async (place) => {
      await symlink('nowhere', join(place.from, 'rose/a.txt'));
      await expect(prepare(place)).rejects.toThrow(/Cannot read rose\/a\.txt: it does not exist/);
    });
  });

  it('splits by classes, decided by the seed', async () => {
    const many: Files = Object.fromEntries(
      Array.from({ length: 20 }, (_, k) => [
        [`class${k}/x.png`, k * 10],
        [`class${k}/x.txt`, `class ${k}`],
      ]).flat(),
    );
    await withDirectory(many, async (place) => {
      const split = async (seed: number) => {
        const { directory } = await prepare(place, { split: { seed, val: 0.1, test: 0.2 } });
        const dataset = await openDataset(directory);
        await dataset.close();
        return dataset.splits;
      };
      const [first, same, other] = [await split(1), await split(1), await split(2)];
      expect(Object.values(first).map(({ length }) => length)).toEqual([14, 2, 4]);
      expect(same).toEqual(first);
      expect(other).not.toEqual(first);
    });
  });

  it.each<[string, Files, RegExp]>([
    ['an empty directory', {}, /holds no images/],
    ['an image without captions', { ...GARDEN, 'rose/c.jpg': 1 }, /^rose\/c\.jpg has no caption file beside it\.$/],
    ['an empty caption file', { ...GARDEN, 'rose/a.txt': ' \n\n' }, /rose\/a\.jpg has an empty caption file/],
    [
      'a caption file that is no text',
      { ...GARDEN, 'rose/a.txt': Uint8Array.of(0xff, 0xfe, 65) },
      /rose\/a\.txt is not UTF-8/,
    ],
    ['two images of one name', { ...GARDEN, 'rose/a.png': 1 }, /rose\/a\.jpg, rose\/a\.png shares its caption file/],
    [
      'images beside class directories',
      { ...GARDEN, 'x.jpg': 1, 'x.txt': 'x' },
      /x\.jpg lies beside the class directories/,
    ],
    ['an undecodable image', { ...GARDEN, 'rose/z.jpeg': 'no photo' }, /rose\/z\.jpeg: The image cannot be decoded/],
    [
      'a drawing with the ending of a photo',
      { ...GARDEN, 'rose/z.jpeg': '<svg/>' },
      /rose\/z\.jpeg: .* an SVG drawing/,
    ],
    ['a single class', { 'rose/a.jpg': 1, 'rose/a.txt': 'x' }, /1 classes .* too few to train on/],
  ])('refuses %s, and leaves nothing behind', async (_, files, message) => {
    await withDirectory(files, async (place) => {
      await expect(prepare(place)).rejects.toThrow(message);
      await expect(prepare(place)).rejects.toThrow(DatasetError);
      expect(await readdir(place.cache).catch(() => [])).toEqual([]);
    });
  });

  it('names the first of many images without captions and counts the rest', async () => {
    const bare = Object.fromEntries(Array.from({ length: 9 }, (_, k) => [`rose/${k}.jpg`, k]));
    await withDirectory(bare, async (place) => {
      await expect(prepare(place)).rejects.toThrow(/rose\/4\.jpg has no caption file beside it \(and 4 more images\)/);
    });
  });

  it.each<[Partial<PrepareDirectoryOptions>, RegExp]>([
    [{ name: '../x' }, /Invalid name for a data set/],
    [{ storedSize: 0 }, /whole number of pixels/],
    [{ split: { val: 0.5, test: 0.5 } }, /leave something to train on/],
  ])('refuses %o', async (options, message) => {
    await withDirectory(GARDEN, async (place) => {
      await expect(prepare(place, options)).rejects.toThrow(message);
      await expect(prepare(place, options)).rejects.toThrow(ConfigError);
    });
  });

  it('names an image of more pixels than are allowed', async () => {
    await withDirectory(GARDEN, async (place) => {
      await expect(prepare(place, { maxPixels: 59 })).rejects.toThrow(
        /^(rose\/a\.jpg|rose\/z\.jpeg|tulip\/b\.PNG): .* 10 × 6 pixels, at most .* 59 in/,
      );
      await expect(prepare(place, { maxPixels: 60 })).resolves.toMatchObject({ manifest: { counts: { images: 3 } } });
      await expect(prepare(place, { maxPixels: 0 })).rejects.toThrow(ConfigError);
    });
  });

  it('names the missing directory', async () => {
    await expect(prepare({ from: '/nowhere', cache: '/tmp/unused' })).rejects.toThrow(
      /Cannot read the directory \/nowhere/,
    );
  });
});
