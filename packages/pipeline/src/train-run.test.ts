import '@tensorflow/tfjs-backend-cpu';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError, ConfigError } from '@t2i/core';
import { lockDirectory, withDirectoryLock } from '@t2i/core/node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { BagOfWords } from '@t2i/text-encoder';
import { saveEncoder } from '@t2i/text-encoder/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { TextToImagePipeline } from './pipeline.ts';
import { parseRunConfig } from './run-config.ts';
import { resumeRun, trainRun } from './train-run.ts';

const config = parseRunConfig({
  data: { kind: 'toy-flowers', images: 200 },
  encoder: { kind: 'bag-of-words' },
  model: { imageSize: 32, generatorFilters: 2, discriminatorFilters: 2, projectedDim: 4, residual: false },
  batches: { batchSize: 2 },
  trainer: { maxSteps: 2, checkpointEverySteps: 1, logEvery: 1 },
  preview: { captions: ['a red flower'], seen: 1, unseen: 1, columns: 1 },
});

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('trainRun, resumeRun and TextToImagePipeline', () => {
  it('trains, resumes, generates and leaves no tensor behind', async () => {
    await withTemporaryDirectory(async (runDirectory) => {
      const before = tf.memory().numTensors;
      expect(await trainRun(config, { runDirectory })).toMatchObject({ stopped: 'limit', step: 2, images: 4 });
      expect(await resumeRun({ runDirectory }, { maxSteps: 3 })).toMatchObject({ stopped: 'limit', step: 3 });

      const pipeline = await TextToImagePipeline.open(runDirectory);
      expect(pipeline.run).toMatchObject({ record: { config }, checkpoint: { step: 3, images: 6 } });
      const request = { captions: ['a red flower', 'a blue flower'], seed: 7, perCaption: 2 };
      const images = await pipeline.generate(request);
      expect(images.shape).toEqual([4, 32, 32, 3]);
      expect((await pipeline.generate(request)).data).toEqual(images.data);
      const walk = await pipeline.interpolateCaptions('a red flower', 'a blue flower', { seed: 7, steps: 3 });
      expect(walk.data.subarray(0, 32 * 32 * 3)).toEqual(images.data.subarray(0, 32 * 32 * 3));
      const drift = await pipeline.interpolateNoise('a red flower', { fromSeed: 7, toSeed: 8, steps: 2 });
      expect(drift.data.subarray(0, 32 * 32 * 3)).toEqual(images.data.subarray(0, 32 * 32 * 3));
      pipeline.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  it('refuses a directory with a run before touching anything in it', async () => {
    await withTemporaryDirectory(async (runDirectory) => {
      await trainRun({ ...config, trainer: { ...config.trainer, maxSteps: 1 } }, { runDirectory });
      const encoder = await readFile(join(runDirectory, 'encoder/encoder.json'), 'utf8');
      const other = { ...config, encoder: { kind: 'bag-of-words' as const, maxWords: 16 } };
      await expect(trainRun(other, { runDirectory })).rejects.toThrow(ConfigError);
      expect(await readFile(join(runDirectory, 'encoder/encoder.json'), 'utf8')).toBe(encoder);
    });
  });

  it('writes nothing to a directory in which another process trains', async () => {
    await withTemporaryDirectory(async (root) => {
      const runDirectory = join(root, 'run');
      const held = await lockDirectory(runDirectory, 'training');
      const before = await readdir(runDirectory);
      await expect(trainRun(config, { runDirectory })).rejects.toMatchObject({ code: 'ERR_LOCKED' });
      expect(await readdir(runDirectory)).toEqual(before);
      await held.release();

      await trainRun({ ...config, trainer: { ...config.trainer, maxSteps: 1 } }, { runDirectory });
      await withDirectoryLock(runDirectory, 'training', async () => {
        const log = await readFile(join(runDirectory, 'log.jsonl'), 'utf8');
        await expect(resumeRun({ runDirectory }, { maxSteps: 2 })).rejects.toMatchObject({ code: 'ERR_LOCKED' });
        expect(await readFile(join(runDirectory, 'log.jsonl'), 'utf8')).toBe(log);
      });
      expect(await resumeRun({ runDirectory }, { maxSteps: 2 })).toMatchObject({ step: 2 });
      expect((await readdir(runDirectory)).filter((name) => name.startsWith('lock-'))).toEqual([]);
    });
  });

  it('refuses another encoder, other data, and a run without weights', async () => {
    await withTemporaryDirectory(async (runDirectory) => {
      await trainRun({ ...config, trainer: { ...config.trainer, maxSteps: 1 } }, { runDirectory });
      const record = await readFile(join(runDirectory, 'run.json'), 'utf8');

      await writeFile(join(runDirectory, 'run.json'), record.replace(/"fingerprint": "\w/, '"fingerprint": "x'));
      await expect(resumeRun({ runDirectory })).rejects.toThrow(/is not the one that the run was trained on/);
      await writeFile(join(runDirectory, 'run.json'), record);

      await saveEncoder(join(runDirectory, 'encoder'), BagOfWords.fit(['some other words']));
      await expect(TextToImagePipeline.open(runDirectory)).rejects.toThrow(/holds the encoder/);
    });
    await withTemporaryDirectory(async (root) => {
      await mkdir(join(root, 'empty'));
      await expect(TextToImagePipeline.open(join(root, 'empty'))).rejects.toThrow(CheckpointError);
    });
  });

  it('names a missing data directory', async () => {
    const data = { kind: 'prepared' as const, directory: 'no/such/directory' };
    await withTemporaryDirectory(async (runDirectory) => {
      await expect(trainRun({ ...config, data }, { runDirectory })).rejects.toThrow(/no\/such\/directory/);
    });
  });
});
