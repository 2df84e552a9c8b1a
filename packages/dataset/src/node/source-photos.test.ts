import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage, encodeImage } from '@t2i/image-node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { MINI_SIZE, type MiniOxford, miniGrey, miniOxford, writeMiniOxford } from './__fixtures__/mini-oxford.ts';
import { openDataset, type PackedDataset } from './packed-dataset.ts';
import { prepareDirectory } from './prepare-directory.ts';
import { prepareOxford102 } from './prepare-oxford-102.ts';
import { sourcePhotos } from './source-photos.ts';

async function withOxford(
  use: (dataset: PackedDataset, from: string) => Promise<void>,
  change: (mini: MiniOxford) => unknown = () => {},
): Promise<void> {
  await withTemporaryDirectory(async (root) => {
    const from = join(root, 'archives');
    const mini = await miniOxford();
    await writeMiniOxford(from, mini);
    const { directory } = await prepareOxford102({ from, cacheDirectory: join(root, 'cache'), storedSize: 6 });
    await change(mini);
    await writeMiniOxford(from, mini);
    const dataset = await openDataset(directory);
    await use(dataset, from);
    await dataset.close();
  });
}

async function collect(dataset: PackedDataset, from: string) {
  const photos = [];
  for await (const photo of sourcePhotos(dataset, from)) photos.push(photo);
  return photos;
}

describe('sourcePhotos', () => {
  it.each(['in order', 'reversed'])('yields the photos of the archive by their numbers, archived %s', async (order) => {
    await withOxford(
      async (dataset, from) => {
        const photos = await collect(dataset, from);
        expect(photos.map(({ item }) => item)).toEqual(Array.from({ length: MINI_SIZE }, (_, item) => item));
        for (const { item, bytes } of photos) {
          const { data, width, height } = await decodeImage(bytes);
          expect([width, height]).toEqual([12, 9]);
          expect(Math.abs(data[0]! - miniGrey(item + 1))).toBeLessThanOrEqual(2);
        }
      },
      (mini) => order === 'reversed' && mini.photos.reverse(),
    );
  });

  it('follows no path out of the directory that an item list names', async () => {
    const dataset = { name: 'theirs', items: [{ image: '../../etc/passwd' }] } as unknown as PackedDataset;
    for (const followLinks of [false, true]) {
      await expect(sourcePhotos(dataset, '/tmp/x', { followLinks }).next()).rejects.toThrow(/leads outside/);
    }
  });

  it('names the photo that the archive lacks', async () => {
    await withOxford(
      async (dataset, from) => expect(collect(dataset, from)).rejects.toThrow(/has no photo 12; the set has 12/),
      (mini) => mini.photos.pop(),
    );
  });

  it('reads the images of a directory, and names one that is gone', async () => {
    await withTemporaryDirectory(async (root) => {
      const from = join(root, 'images');
      const image = await encodeImage({ data: new Uint8Array(27).fill(9), width: 3, height: 3 });
      for (const name of ['one', 'two', 'three']) {
        await mkdir(join(from, name), { recursive: true });
        await writeFile(join(from, name, 'a.png'), image);
        await writeFile(join(from, name, 'a.txt'), `a ${name} flower\n`);
      }
      const { directory } = await prepareDirectory({ from, cacheDirectory: join(root, 'packed'), storedSize: 3 });
      const dataset = await openDataset(directory);
      const photos = await collect(dataset, from);
      expect(photos.map(({ item }) => item)).toEqual([0, 1, 2]);
      expect(Buffer.compare(photos[0]!.bytes, await readFile(join(from, 'one', 'a.png')))).toBe(0);
      await rm(join(from, 'two', 'a.png'));
      await expect(collect(dataset, from)).rejects.toThrow(/two\/a\.png of item 2 is not in/);
      await symlink('/etc/passwd', join(from, 'two', 'a.png'));
      await expect(collect(dataset, from)).rejects.toThrow(/two\/a\.png leads outside/);
      await dataset.close();
    });
  });
});
