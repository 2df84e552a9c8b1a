import '@tensorflow/tfjs-backend-cpu';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createToyFlowers } from '@t2i/dataset';
import { condenseDataset, prepareDirectory, restoreDataset } from '@t2i/dataset/node';
import { encodeImage } from '@t2i/image-node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { parseRunConfig } from './run-config.ts';
import { resumeRun, trainRun } from './train-run.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Twelve toy flowers, packed. Without the last one it is another set. */
async function preparedFlowers(root: string, count = 12): Promise<string> {
  const flowers = await createToyFlowers({ images: 200, storedSize: 38 });
  const from = join(root, 'flowers');
  await rm(from, { recursive: true, force: true });
  await mkdir(from);
  for (let item = 0; item < count; item++) {
    const image = { data: await flowers.readImages([item]), width: 38, height: 38 };
    await writeFile(join(from, `${item}.png`), await encodeImage(image));
    await writeFile(join(from, `${item}.txt`), flowers.captions(item).join('\n'));
  }
  return (await prepareDirectory({ from, cacheDirectory: join(root, 'data'), storedSize: 38 })).directory;
}

it('continues with its data elsewhere and with a lossy copy of them, but not with other data', async () => {
  await withTemporaryDirectory(async (root) => {
    const directory = await preparedFlowers(root);
    const runDirectory = join(root, 'run');
    const config = parseRunConfig({
      data: { kind: 'prepared', directory },
      encoder: { kind: 'bag-of-words' },
      model: { imageSize: 32, generatorFilters: 2, discriminatorFilters: 2, projectedDim: 4, residual: false },
      batches: { batchSize: 2 },
      trainer: { maxSteps: 1, previewEvery: 0 },
      preview: { seen: 1, unseen: 0, columns: 1 },
    });
    await trainRun(config, { runDirectory });
    const warnings: string[] = [];
    const logger = { info() {}, warn: (message: string) => void warnings.push(message) };
    const resume = (dataDirectory: string, maxSteps: number) =>
      resumeRun({ runDirectory, dataDirectory, logger }, { maxSteps });

    const moved = join(root, 'moved');
    await rename(directory, moved);
    expect(await resume(moved, 2)).toMatchObject({ step: 2 });
    expect(warnings).toEqual([]);

    const condensed = join(root, 'condensed');
    await mkdir(condensed);
    await condenseDataset(moved, condensed, { quality: 60 });
    await restoreDataset(condensed, join(root, 'copy'));
    expect(await resume(join(root, 'copy'), 3)).toMatchObject({ step: 3 });
    expect(warnings).toEqual([expect.stringContaining('lossy copy of its images (AVIF, quality 60)')]);
    // and back
    expect(await resume(moved, 4)).toMatchObject({ step: 4 });
    expect(warnings).toHaveLength(1);

    const other = await preparedFlowers(root, 11);
    await expect(resume(other, 5)).rejects.toThrow('is not the one that the run was trained on');
  });
});
