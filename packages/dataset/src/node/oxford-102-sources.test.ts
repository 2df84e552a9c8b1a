import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { miniOxford, writeMiniOxford } from './__fixtures__/mini-oxford.ts';
import { OXFORD_102_DOWNLOADS } from './oxford-102-sources.ts';
import { prepareOxford102 } from './prepare-oxford-102.ts';

it('names an https address for every file, and the published checksums', () => {
  for (const { url } of Object.values(OXFORD_102_DOWNLOADS)) expect(new URL(url).protocol).toBe('https:');
  const { photos, labels, setid } = OXFORD_102_DOWNLOADS;
  for (const { md5 } of [photos, labels, setid]) expect(md5).toMatch(/^[0-9a-f]{32}$/);
});

it('prepares from downloads, fetches what is missing only, and nothing at all when the set is whole', async () => {
  await withTemporaryDirectory(async (directory) => {
    const archives = join(directory, 'archives');
    await writeMiniOxford(archives, await miniOxford());
    const asked: string[] = [];
    const http = createServer((request, response) => {
      const name = request.url!.slice(1);
      asked.push(name);
      readFile(join(archives, name)).then((bytes) => response.end(bytes));
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    try {
      const address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
      const download = (file: string) => ({ file, url: `${address}/${file}` });
      const downloads = {
        photos: download('102flowers.tgz'),
        labels: download('imagelabels.mat'),
        captions: download('text_c10.tar.gz'),
      };
      const cacheDirectory = join(directory, 'cache');
      const here = join(cacheDirectory, 'downloads', 'oxford-102');
      await mkdir(here, { recursive: true });
      await writeFile(join(here, 'imagelabels.mat'), await readFile(join(archives, 'imagelabels.mat')));

      const stages = new Set<string>();
      const options = { cacheDirectory, downloads, storedSize: 4 };
      const first = await prepareOxford102({
        ...options,
        onProgress: ({ stage, name }) => stages.add(`${stage} ${name}`),
      });
      expect(asked).toEqual(['102flowers.tgz', 'text_c10.tar.gz']);
      expect([...stages]).toEqual(['download 102flowers.tgz', 'download text_c10.tar.gz', 'images oxford-102']);
      expect((await readdir(here)).sort()).toEqual(['102flowers.tgz', 'imagelabels.mat', 'text_c10.tar.gz']);
      expect(await prepareOxford102(options)).toEqual({ ...first, reused: true });
      expect(asked).toHaveLength(2);
    } finally {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    }
  });
});

it('downloads nothing when the captions archive named is not there', async () => {
  await withTemporaryDirectory(async (cacheDirectory) => {
    const captions = join(cacheDirectory, 'captions.tar.gz');
    await expect(prepareOxford102({ cacheDirectory, captions })).rejects.toThrow(/missing: .*captions\.tar\.gz/);
    expect(await readdir(cacheDirectory)).toEqual([]);
  });
});
