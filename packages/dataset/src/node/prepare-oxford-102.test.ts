import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DatasetError, type Logger } from '@t2i/core';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { packTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import {
  captionEntry,
  entry,
  MINI_LABELS,
  MINI_SIZE,
  type MiniOxford,
  miniGrey,
  miniOxford,
  photoEntry,
  writeMiniOxford,
} from './__fixtures__/mini-oxford.ts';
import { openDataset } from './packed-dataset.ts';
import { type PrepareOxford102Options, prepareOxford102 } from './prepare-oxford-102.ts';
import type { PrepareProgress } from './progress.ts';

interface Workplace {
  readonly from: string;
  readonly cache: string;
  prepare(options?: Partial<PrepareOxford102Options>): ReturnType<typeof prepareOxford102>;
}

/** A directory with a mini Oxford-102, changed by `change`, and an empty cache. */
async function withMini(
  use: (place: Workplace) => Promise<void>,
  change: (mini: MiniOxford) => unknown = () => {},
): Promise<void> {
  await withTemporaryDirectory(async (root) => {
    const [from, cache] = [join(root, 'archives'), join(root, 'cache')];
    const mini = await miniOxford();
    await change(mini);
    await writeMiniOxford(from, mini);
    const prepare: Workplace['prepare'] = (options) =>
      prepareOxford102({ from, cacheDirectory: cache, storedSize: 6, ...options });
    await use({ from, cache, prepare });
  });
}

const items = (...images: number[]) => Int32Array.from(images, (image) => image - 1);

describe('prepareOxford102', () => {
  it('gives every photo its own captions and label, whatever the order of the archives', async () => {
    const orders: ((mini: MiniOxford) => unknown)[] = [
      () => {},
      ({ captions }) => captions.reverse(),
      ({ photos, captions }) => [photos.reverse(), captions.sort(() => 0)],
    ];
    const fingerprints = new Set<string>();
    for (const order of orders) {
      await withMini(async ({ prepare }) => {
        const { directory, manifest } = await prepare();
        fingerprints.add(manifest.fingerprint);
        const dataset = await openDataset(directory);
        expect(dataset.size).toBe(MINI_SIZE);
        for (let item = 0; item < MINI_SIZE; item++) {
          const label = MINI_LABELS[item]!;
          expect(dataset.labels[item]).toBe(label - 1);
          expect(dataset.captions(item)).toEqual(
            [1, 2, 3].map((k) => `caption ${k} of image ${item + 1}, class ${label}`),
          );
          const pixels = await dataset.readImages([item]);
          expect(pixels.every((value) => Math.abs(value - miniGrey(item + 1)) <= 2)).toBe(true);
        }
        await dataset.close();
      }, order);
    }
    expect(fingerprints.size).toBe(1);
  });

  it('splits by classes as the paper does: test 1–20, val 21–40, train 41–102', async () => {
    await withMini(async ({ prepare }) => {
      const { directory, manifest } = await prepare();
      const dataset = await openDataset(directory);
      expect(dataset.splits).toEqual({
        train: items(1, 4, 6, 10, 11),
        val: items(3, 7, 8),
        test: items(2, 5, 9, 12),
      });
      expect(dataset.classNames).toHaveLength(102);
      expect(dataset.classNames[dataset.labels[0]!]).toBe('passion flower');
      expect(manifest.classDisjoint).toBe(true);
      expect(manifest.sources.map(({ name }) => name)).toEqual([
        '102flowers.tgz',
        'imagelabels.mat',
        'text_c10.tar.gz',
      ]);
      await dataset.close();
    });
  });

  it('splits as setid.mat does when asked to', async () => {
    await withMini(async ({ prepare }) => {
      const { directory, manifest } = await prepare({ split: 'official' });
      const dataset = await openDataset(directory);
      expect(dataset.splits).toEqual({ train: items(1, 2, 3, 9), val: items(4, 5, 7), test: items(6, 8, 10, 11, 12) });
      expect(manifest.classDisjoint).toBe(false);
      await dataset.close();
    });
  });

  it('reports progress up to every photo', async () => {
    await withMini(async ({ prepare }) => {
      const seen: PrepareProgress[] = [];
      await prepare({ onProgress: (progress) => seen.push(progress), workers: 3 });
      expect(seen.map(({ done }) => done)).toEqual(Array.from({ length: MINI_SIZE }, (_, i) => i + 1));
      expect(seen.at(-1)).toEqual({ stage: 'images', name: 'oxford-102', done: MINI_SIZE, total: MINI_SIZE });
    });
  });

  it('leaves a whole set as it is, and makes it again when files or settings changed or it is damaged', async () => {
    await withMini(async ({ prepare, from }) => {
      const messages: string[] = [];
      const logger: Logger = { info: (m) => messages.push(m), warn: (m) => messages.push(m) };
      const first = await prepare({ logger });
      expect([first.reused, (await prepare({ logger })).reused]).toEqual([false, true]);
      expect((await prepare({ force: true })).reused).toBe(false);
      expect((await prepare({ storedSize: 5, logger })).manifest.storedSize).toBe(5);
      expect((await prepare({ split: 'official', storedSize: 5 })).reused).toBe(false);
      expect(messages).toEqual([expect.stringMatching(/with other settings and is made again/)]);

      await truncate(join(first.directory, 'images.u8'), 100);
      expect((await prepare({ split: 'official', storedSize: 5, logger })).reused).toBe(false);
      expect(messages[1]).toMatch(/images\.u8 has 100 bytes.*It is made again/);

      const changed = await miniOxford();
      changed.captions[0] = entry(changed.captions[0]!.header.name, 'another caption\n');
      await writeFile(join(from, 'text_c10.tar.gz'), gzipSync(await packTar(changed.captions)));
      expect((await prepare({ split: 'official', storedSize: 5 })).reused).toBe(false);
    });
  });

  it('needs setid.mat for the official split only, and finds the captions archive elsewhere', async () => {
    await withMini(async ({ prepare, from }) => {
      await rm(join(from, 'setid.mat'));
      await expect(prepare({ split: 'official' })).rejects.toThrow(/missing: .*setid\.mat/);
      await prepare();
      const captions = join(from, '..', 'mine.tar.gz');
      await writeFile(captions, await readFile(join(from, 'text_c10.tar.gz')));
      await rm(join(from, 'text_c10.tar.gz'));
      await expect(prepare()).rejects.toThrow(/missing: .*text_c10\.tar\.gz or .*cvpr2016_flowers\.tar\.gz/);
      await prepare({ captions });
    });
  });

  const changes: [string, RegExp, (mini: MiniOxford) => unknown][] = [
    ['a missing photo', /11 of 12 photos; the first missing is image 4/, ({ photos }) => photos.splice(4, 1)],
    ['a photo twice', /image_00003\.jpg .* is there twice/, async ({ photos }) => photos.push(await photoEntry(3))],
    [
      'a photo without a label',
      /image_00013\.jpg .* has no label/,
      async ({ photos }) => photos.push(await photoEntry(13)),
    ],
    [
      'a file that is not a photo',
      /^jpg\/image_00002\.jpg: The image cannot be decoded/,
      ({ photos }) => photos.splice(2, 1, entry('jpg/image_00002.jpg', 'not a photo')),
    ],
    ['missing captions', /no captions for image 2\./, ({ captions }) => captions.shift()],
    [
      'empty captions',
      /image_00009\.txt in .* holds no caption/,
      ({ captions }) => captions.push(entry('text_c10/class_00002/image_00009.txt', ' \n\n')),
    ],
    [
      'captions of another class',
      /says class 5, but the label of the image is 77/,
      ({ captions }) => captions.push(captionEntry(1, 5)),
    ],
    [
      'captions of an unknown image',
      /image_00099\.txt .* belongs to an image without a label/,
      ({ captions }) => captions.push(captionEntry(99, 1)),
    ],
    ['a path that leads out', /leads out of it/, ({ photos }) => photos.push(entry('../image_00001.jpg', 'x'))],
  ];
  it.each(changes)('refuses %s, and leaves nothing behind', async (_, message, change) => {
    await withMini(async ({ prepare, cache }) => {
      await expect(prepare()).rejects.toThrow(message);
      await expect(prepare()).rejects.toThrow(DatasetError);
      expect(await readdir(cache).catch(() => [])).toEqual([]);
    }, change);
  });

  it('refuses a truncated archive', async () => {
    await withMini(async ({ prepare, from }) => {
      const archive = join(from, '102flowers.tgz');
      await writeFile(archive, (await readFile(archive)).subarray(0, -200));
      await expect(prepare()).rejects.toThrow(/The 102flowers\.tgz is damaged: unexpected end of file/);
    });
  });

  it('stops when told to, and leaves what was there before', async () => {
    await withMini(async ({ prepare, cache }) => {
      const { manifest } = await prepare();
      const stop = new AbortController();
      const stopped = prepare({
        storedSize: 5,
        workers: 1,
        signal: stop.signal,
        onProgress: ({ done }) => done === 5 && stop.abort(),
      });
      await expect(stopped).rejects.toThrow(/aborted/);
      expect(await readdir(cache)).toEqual(['oxford-102']);
      expect((await prepare()).manifest).toEqual(manifest);
    });
  });
});
