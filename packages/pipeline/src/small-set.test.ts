/** A directory of twenty images in two classes, of which none is kept for test: everything that is trained and measured on it ends. */

import '@tensorflow/tfjs-backend-cpu';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageBatch, ImageEncoder } from '@t2i/core';
import { openDataset, prepareDirectory } from '@t2i/dataset/node';
import { encodeImage } from '@t2i/image-node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { evaluateRun } from './evaluation/evaluate-run.ts';
import { parseRunConfig } from './run-config.ts';
import { evaluateStyle } from './style/evaluate-style.ts';
import { parseStyleConfig } from './style/style-config.ts';
import { trainStyle } from './style/style-run.ts';
import { trainRun } from './train-run.ts';

/** The mean colour of an image. */
const imageEncoder: ImageEncoder = {
  id: 'colour-1',
  dim: 3,
  imageSize: 32,
  async encode({ data, shape: [n] }: ImageBatch) {
    const values = data.length / n;
    const rows = Float32Array.from({ length: 3 * n }, (_, i) => data[Math.floor(i / 3) * values + (i % 3)]!);
    return { data: rows, shape: [n, 3] as const };
  },
  dispose() {},
};

async function twoClasses(root: string): Promise<string> {
  const from = join(root, 'images');
  for (const [className, level] of [['dark', 20] as const, ['light', 200] as const]) {
    await mkdir(join(from, className), { recursive: true });
    for (let i = 0; i < 10; i++) {
      const data = new Uint8Array(40 * 40 * 3).fill(level + i);
      await writeFile(join(from, className, `${i}.png`), await encodeImage({ data, width: 40, height: 40 }));
      await writeFile(join(from, className, `${i}.txt`), `a ${className} flower number ${i}\n`);
    }
  }
  return (await prepareDirectory({ from, cacheDirectory: root, name: 'two', storedSize: 38 })).directory;
}

it('reports its data, and leaves out unavailable metrics', async () => {
  await tf.setBackend('cpu');
  await withTemporaryDirectory(async (root) => {
    const directory = await twoClasses(root);
    const config = parseRunConfig({
      data: { kind: 'prepared', directory },
      model: { imageSize: 32, generatorFilters: 2, discriminatorFilters: 2, projectedDim: 4, residual: false },
      batches: { batchSize: 2 },
      trainer: { maxSteps: 1 },
    });
    const runDirectory = join(root, 'run');
    await trainRun(config, { runDirectory });
    await trainStyle(parseStyleConfig({ batches: { batchSize: 2 }, trainer: { maxSteps: 1 } }), { runDirectory });
    expect(await evaluateStyle({ runDirectory })).toMatchObject({ samples: 20, heldOut: false });

    const dataset = await openDataset(directory);
    const warnings: string[] = [];
    const { report } = await evaluateRun({
      ...{ runDirectory, dataset, samples: 50, seed: 1 },
      logger: { info: () => {}, warn: (message) => warnings.push(message) },
      extractors: [{ name: 'colour', encoder: imageEncoder }],
      features: {
        ...{ encoderId: imageEncoder.id, datasetFingerprint: dataset.fingerprint, dim: 3, size: dataset.size },
        views: ['whole'],
        read: async (items) => Float32Array.from(items.flatMap((item) => [item, 0, 0])),
      },
    });
    await dataset.close();
    expect(report).toMatchObject({ heldOut: false, references: 20, trainingPhotos: 0, trainedCaptions: 50 });
    expect(warnings.join('\n')).toContain('Left out: nearer to the training photos than test photos are');
  });
}, 180_000);
