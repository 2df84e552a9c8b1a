import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, type RgbImage } from '@t2i/core';
import { prepareDirectory } from '@t2i/dataset/node';
import { encodeImage } from '@t2i/image-node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { openData, storedSizeFor } from './open-data.ts';

describe('openData', () => {
  it('creates toy flowers at a size that leaves room for crops', async () => {
    const dataset = await openData({ kind: 'toy-flowers', images: 60, seed: 1 }, 32);
    expect([dataset.storedSize, storedSizeFor(32), storedSizeFor(64)]).toEqual([38, 38, 76]);
    await dataset.close();
  });

  it('refuses images that are too large for the crop, and explains how to prepare them', async () => {
    await withTemporaryDirectory(async (root) => {
      const from = join(root, 'images');
      const image: RgbImage = { data: new Uint8Array(8 * 8 * 3), width: 8, height: 8 };
      for (const name of ['one', 'two', 'three']) {
        await mkdir(join(from, name), { recursive: true });
        await writeFile(join(from, name, 'a.png'), await encodeImage(image));
        await writeFile(join(from, name, 'a.txt'), `a ${name} flower\n`);
      }
      const { directory } = await prepareDirectory({ from, cacheDirectory: join(root, 'packed'), storedSize: 76 });
      const data = { kind: 'prepared', directory } as const;
      await (await openData(data, 64)).close();
      const opening = openData(data, 32);
      await expect(opening).rejects.toThrow(ConfigError);
      await expect(opening).rejects.toMatchObject({ hint: expect.stringContaining('--stored-size 38') });
    });
  });
});
