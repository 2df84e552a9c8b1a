import '@tensorflow/tfjs-backend-cpu';
import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, type RgbImage, Rng } from '@t2i/core';
import { prepareDirectory } from '@t2i/dataset/node';
import { encodeImage } from '@t2i/image-node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { saveEncoder } from '@t2i/text-encoder/node';
import { CharCnnRnnNetwork, JointEmbedding, resolveCharCnnRnnConfig } from '@t2i/text-encoder/training';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { embedDataset } from './embed-dataset.ts';
import { TextToImagePipeline } from './pipeline.ts';
import { parseRunConfig } from './run-config.ts';
import { resumeRun, trainRun } from './train-run.ts';

beforeAll(() => tf.setBackend('cpu'));

const NAMES = ['red', 'blue', 'white', 'pink', 'yellow'];

/** Five classes of one image each, two captions an image. */
async function preparedFlowers(root: string): Promise<string> {
  const from = join(root, 'images');
  const image: RgbImage = { data: new Uint8Array(8 * 8 * 3).fill(90), width: 8, height: 8 };
  for (const name of NAMES) {
    await mkdir(join(from, name), { recursive: true });
    await writeFile(join(from, name, 'a.png'), await encodeImage(image));
    await writeFile(join(from, name, 'a.txt'), `a ${name} flower\nits petals are ${name}\n`);
  }
  return (await prepareDirectory({ from, cacheDirectory: root, name: 'flowers', storedSize: 38 })).directory;
}

/** An untrained char-CNN-RNN, saved. */
async function savedEncoder(directory: string, seed: number): Promise<string> {
  const config = resolveCharCnnRnnConfig({ channels: [4, 6], cnnDim: 6, dim: 5 });
  const joint = new JointEmbedding(new CharCnnRnnNetwork(config, new Rng(seed)));
  await saveEncoder(directory, await joint.encoder({ seed }));
  joint.dispose();
  return directory;
}

it('trains on existing embeddings, generates with the encoder of the run, and refuses another one', () =>
  withTemporaryDirectory(async (root) => {
    const before = tf.memory().numTensors;
    const directory = await preparedFlowers(root);
    const encoder = { kind: 'saved', directory: await savedEncoder(join(root, 'encoder'), 1) } as const;
    const embedded = await embedDataset({ directory, encoder });
    expect(embedded).toMatchObject({
      shape: [10, 5],
      path: join(directory, 'embeddings', `${embedded.encoder}.safetensors`),
    });
    const written = (await stat(embedded.path)).mtimeMs;

    const config = parseRunConfig({
      data: { kind: 'prepared', directory },
      encoder,
      model: { imageSize: 32, generatorFilters: 2, discriminatorFilters: 2, projectedDim: 4, residual: false },
      batches: { batchSize: 2, captionsPerImage: 2, numCaptions: 2 },
      trainer: { maxSteps: 1, checkpointEverySteps: 1 },
      preview: { captions: ['an own caption'], seen: 1, unseen: 1, columns: 1 },
    });
    const runDirectory = join(root, 'run');
    await trainRun(config, { runDirectory });
    expect(await resumeRun({ runDirectory }, { maxSteps: 2 })).toMatchObject({ step: 2 });
    expect(await readdir(join(directory, 'embeddings'))).toHaveLength(1);
    expect((await stat(embedded.path)).mtimeMs).toBe(written);

    const pipeline = await TextToImagePipeline.open(runDirectory);
    expect(pipeline.encoder.id).toBe(embedded.encoder);
    const { data } = await pipeline.generate({ captions: ['a free caption'], seed: 7 });
    expect(data.every(Number.isFinite)).toBe(true);
    pipeline.dispose();
    expect(tf.memory().numTensors).toBe(before);

    await rename(join(runDirectory, 'encoder'), join(root, 'first'));
    await savedEncoder(join(runDirectory, 'encoder'), 2);
    for (const open of [TextToImagePipeline.open(runDirectory), resumeRun({ runDirectory }, { maxSteps: 3 })]) {
      await expect(open).rejects.toThrow(
        /holds the encoder char-cnn-rnn-5-\w+, the run was trained with char-cnn-rnn-5-/,
      );
    }
  }));

it('embeds nothing ahead for a bag of words', () =>
  withTemporaryDirectory(async (root) => {
    const directory = await preparedFlowers(root);
    await expect(embedDataset({ directory })).rejects.toThrow(ConfigError);
    await expect(readdir(join(directory, 'embeddings'))).rejects.toThrow();
  }));
