import { mkdir, readdir, readFile, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError, type EmbeddingBatch, type ImageBatch, type ImageEncoder, type RgbImage } from '@t2i/core';
import { encodeImage } from '@t2i/image-node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { type ExtractFeaturesOptions, extractFeatures, type Photo } from './extract-features.ts';
import { openFeatures } from './open-features.ts';

const SIZE = 9;

/** Two numbers an image: the red of its first pixel, and how wide the images are. */
class FirstRed implements ImageEncoder {
  readonly id: string = 'first-red';
  readonly dim = 2;
  readonly imageSize = 14;
  readonly batches: number[] = [];

  async encode({ data, shape: [n, height, width] }: ImageBatch): Promise<EmbeddingBatch> {
    this.batches.push(n);
    const rows = Array.from({ length: n }, (_, i) => [Math.round((data[i * height * width * 3]! + 1) * 127.5), width]);
    return { data: Float32Array.from(rows.flat()), shape: [n, 2] };
  }

  dispose(): void {}
}

const dataset = {
  name: 'grey',
  fingerprint: 'abc',
  size: SIZE,
  splits: { train: Int32Array.of(1, 2, 5, 7), val: Int32Array.of(0, 8), test: Int32Array.of(3, 4, 6) },
};

const files = await Promise.all(
  Array.from({ length: SIZE }, (_, item) => {
    const photo: RgbImage = { data: new Uint8Array(20 * 16 * 3).fill(10 * item), width: 20, height: 16 };
    return encodeImage(photo);
  }),
);

async function* photos(): AsyncGenerator<Photo> {
  for (const [item, bytes] of files.entries()) yield { item, bytes };
}

function extract(directory: string, more: Partial<ExtractFeaturesOptions> = {}): Promise<void> {
  const views = ['whole', 'middle'];
  return extractFeatures({ encoder: new FirstRed(), dataset, photos, directory, views, batchSize: 4, ...more });
}

describe('extractFeatures and openFeatures', () => {
  it('keep a row for each item in the whole view, and for each training item in the crops', async () => {
    await withTemporaryDirectory(async (directory) => {
      await extract(directory);
      const features = await openFeatures(directory);
      expect(features).toMatchObject({ encoderId: 'first-red', datasetFingerprint: 'abc', dim: 2, size: SIZE });
      expect(features.views).toEqual(['whole', 'middle']);
      expect([...(await features.read([6, 0, 8], 'whole'))]).toEqual([60, 14, 0, 14, 80, 14]);
      expect([...(await features.read([8, 1], 'middle'))]).toEqual([80, 14, 10, 14]);
      await expect(features.read([3], 'middle')).rejects.toThrow(/is not a training item/);
      await expect(features.read([1], 'upper-left')).rejects.toThrow(/only of whole, middle/);
      await features.close();
    });
  });

  it('go on after the last whole row when stopped, and compute nothing twice', async () => {
    await withTemporaryDirectory(async (directory) => {
      await extract(join(directory, 'expected'));
      const stopped = join(directory, 'stopped');
      const stop = new AbortController();
      const onProgress = ({ done }: { done: number }) => done >= 4 && stop.abort();
      await expect(extract(stopped, { signal: stop.signal, onProgress })).rejects.toThrow(/abort/);
      await truncate(join(stopped, 'whole.f32.partial'), 3 * 8 + 5); // as a kill within a write would
      await expect(openFeatures(stopped)).rejects.toThrow(/no finished image features/);
      const encoder = new FirstRed();
      await extract(stopped, { encoder });
      expect(encoder.batches).toEqual([4, 2, 4, 2]); // 9 − 3 whole ones, 6 crops
      for (const name of await readdir(join(directory, 'expected'))) {
        expect(await readFile(join(stopped, name)), name).toEqual(await readFile(join(directory, 'expected', name)));
      }
      const again = new FirstRed();
      await extract(stopped, { encoder: again, views: ['whole', 'middle', 'upper-left'] });
      expect(again.batches).toEqual([4, 2]);
    });
  });

  it('refuse features of another encoder or data set, and damaged directories', async () => {
    await withTemporaryDirectory(async (directory) => {
      await extract(directory);
      const other = Object.assign(new FirstRed(), { id: 'other' });
      await expect(extract(directory, { encoder: other })).rejects.toThrow(
        /features of the encoder first-red, not other/,
      );
      await expect(extract(directory, { dataset: { ...dataset, fingerprint: 'x' } })).rejects.toThrow(
        /in another state/,
      );
      await truncate(join(directory, 'middle.f32'), 7);
      await expect(openFeatures(directory)).rejects.toThrow(/middle\.f32 has 7 bytes, not 48/);
      await writeFile(join(directory, 'features.json'), '{"format": "t2i-image-features"}');
      await expect(openFeatures(directory)).rejects.toThrow(DatasetError);
      await expect(extract(directory)).rejects.toThrow(/is damaged/);
    });
  });

  it('refuse to read a view with a changed byte', async () => {
    await withTemporaryDirectory(async (directory) => {
      await extract(directory);
      const bytes = await readFile(join(directory, 'middle.f32'));
      bytes[40]! ^= 1;
      await writeFile(join(directory, 'middle.f32'), bytes);
      const features = await openFeatures(directory);
      expect([...(await features.read([1], 'whole'))]).toEqual([10, 14]);
      await expect(features.read([1], 'middle')).rejects.toThrow(/middle\.f32 is damaged/);
      await features.close();
    });
  });

  it.skipIf(process.platform === 'win32').each(['features.json', 'middle.f32'])(
    'refuse a directory whose %s is a link to elsewhere',
    async (name) => {
      await withTemporaryDirectory(async (place) => {
        const directory = join(place, 'features');
        await extract(directory);
        await rename(join(directory, name), join(place, name));
        await symlink(join(place, name), join(directory, name));
        await expect(openFeatures(directory)).rejects.toThrow(DatasetError);
        await expect(openFeatures(directory)).rejects.toThrow(`${name} leads outside`);
      });
    },
  );

  it.skipIf(process.platform === 'win32')('write nothing through a link', async () => {
    await withTemporaryDirectory(async (place) => {
      const directory = join(place, 'features');
      await mkdir(directory);
      await writeFile(join(place, 'mine'), 'mine');
      await symlink(join(place, 'mine'), join(directory, 'whole.f32.partial'));
      await expect(extract(directory)).rejects.toMatchObject({ code: 'ERR_WRITE' });
      expect(await readFile(join(place, 'mine'), 'utf8')).toBe('mine');
    });
  });

  it('name what is wrong with the photos', async () => {
    await withTemporaryDirectory(async (directory) => {
      const without = (missing: number) =>
        async function* () {
          for await (const photo of photos()) if (photo.item !== missing) yield photo;
        };
      await expect(extract(directory, { photos: without(2) })).rejects.toThrow(/photo of item 2 is missing/);
      await expect(extract(directory, { photos: without(8) })).rejects.toThrow(/end at item 7; 1 are missing/);
    });
  });
});
