import '@tensorflow/tfjs-backend-cpu';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckpointError, ConfigError, DatasetError, type RgbImage, toRgbImages } from '@t2i/core';
import { withDirectoryLock } from '@t2i/core/node';
import { encodeImage } from '@t2i/image-node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { readLog, runPaths } from '@t2i/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TextToImagePipeline } from '../pipeline.ts';
import { parseRunConfig } from '../run-config.ts';
import { resumeRun, trainRun } from '../train-run.ts';
import { evaluateStyle } from './evaluate-style.ts';
import { readPhoto, restyle, styleSheet } from './restyle.ts';
import { parseStyleConfig } from './style-config.ts';
import { openStyleEncoder, resumeStyle, styleDirectory, trainStyle } from './style-run.ts';

const gan = parseRunConfig({
  data: { kind: 'toy-flowers', images: 200 },
  encoder: { kind: 'bag-of-words' },
  model: {
    imageSize: 32,
    generatorFilters: 2,
    discriminatorFilters: 2,
    projectedDim: 4,
    noiseDim: 5,
    residual: false,
    emaHalfLife: 4,
  },
  batches: { batchSize: 2 },
  trainer: { maxSteps: 1, previewEvery: 0 },
  preview: { seen: 1, unseen: 0, columns: 1 },
});
const style = parseStyleConfig({ batches: { batchSize: 4 }, trainer: { maxSteps: 2, logEvery: 1 } });

let parent: string;
let trained: string;

beforeAll(async () => {
  await tf.setBackend('cpu');
  parent = await mkdtemp(join(tmpdir(), 't2i-style-'));
  trained = join(parent, 'run');
  await trainRun(gan, { runDirectory: trained });
});
afterAll(() => rm(parent, { recursive: true, force: true }));

/** A copy of the trained run to work in. */
const withRun = (use: (runDirectory: string, directory: string) => Promise<void>) =>
  withTemporaryDirectory(async (directory) => {
    const runDirectory = join(directory, 'run');
    await cp(trained, runDirectory, { recursive: true });
    await use(runDirectory, directory);
  });

describe('trainStyle and resumeStyle', () => {
  it('ends in the same bytes with and without interruption, and leaves no tensor behind', () =>
    withRun(async (runDirectory, directory) => {
      const before = tf.memory().numTensors;
      const whole = join(directory, 'whole');
      await cp(runDirectory, whole, { recursive: true });
      const four = { ...style, trainer: { ...style.trainer, maxSteps: 4 } };
      expect(await trainStyle(four, { runDirectory: whole })).toMatchObject({ stopped: 'limit', step: 4, images: 16 });

      await trainStyle(style, { runDirectory });
      expect(await resumeStyle({ runDirectory }, { maxSteps: 4 })).toMatchObject({ step: 4 });
      for (const file of ['log.jsonl', 'checkpoints/step-00000004/model.safetensors']) {
        const [one, other] = [whole, runDirectory].map((run) => readFile(join(styleDirectory(run), file)));
        expect(await other).toEqual(await one);
      }
      const lines = await readLog(runPaths(styleDirectory(runDirectory)).log);
      expect(lines.flatMap((line) => Object.keys(line))).toEqual(
        expect.arrayContaining(['loss/style', 'score/cosine']),
      );
      expect(await readdir(runPaths(styleDirectory(runDirectory)).samples)).toEqual(['epoch-0000.png']);
      expect(tf.memory().numTensors).toBe(before);
    }));

  it('keeps an existing style encoder unless it may be replaced', () =>
    withRun(async (runDirectory) => {
      await trainStyle(style, { runDirectory });
      await expect(trainStyle(style, { runDirectory })).rejects.toThrow(ConfigError);
      const fewer = { ...style, trainer: { ...style.trainer, maxSteps: 1 } };
      expect(await trainStyle(fewer, { runDirectory }, { replace: true })).toMatchObject({ step: 1 });
    }));

  it('does not touch a style encoder that another process trains, even with replace', () =>
    withRun(async (runDirectory) => {
      await trainStyle(style, { runDirectory });
      await withDirectoryLock(styleDirectory(runDirectory), 'training', async () => {
        const before = await readdir(styleDirectory(runDirectory), { recursive: true });
        const anew = trainStyle(style, { runDirectory }, { replace: true });
        await expect(anew).rejects.toMatchObject({ code: 'ERR_LOCKED' });
        const further = resumeStyle({ runDirectory }, { maxSteps: 4 });
        await expect(further).rejects.toMatchObject({ code: 'ERR_LOCKED' });
        expect(await readdir(styleDirectory(runDirectory), { recursive: true })).toEqual(before);
      });
    }));

  it('explains what to do when there is nothing to continue', () =>
    withRun(async (runDirectory) => {
      await expect(resumeStyle({ runDirectory })).rejects.toMatchObject({
        hint: expect.stringContaining('t2i style train'),
      });
      expect(existsSync(styleDirectory(runDirectory))).toBe(false);
    }));

  it('halves the learning rate four times, however many epochs there are', () => {
    const decayEvery = (trainer: object) => parseStyleConfig({ trainer }).trainer.decayEvery;
    expect([decayEvery({}), decayEvery({ epochs: 1 }), decayEvery({ epochs: 50 })]).toEqual([4, 1, 10]);
    expect(decayEvery({ epochs: 50, decayEvery: 7 })).toBe(7);
    expect(parseStyleConfig(style)).toEqual(style); // what a run records is read again as it was
  });

  it('refuses settings out of range', () => {
    expect(() => parseStyleConfig({ batches: { batchSize: 1 } })).toThrow(ConfigError);
    expect(() => parseStyleConfig({ model: { residual: true } })).toThrow(/residual/);
  });
});

describe('openStyleEncoder', () => {
  it('refuses a style encoder of another generator or of an earlier state of it', () =>
    withRun(async (runDirectory) => {
      await trainStyle(style, { runDirectory });
      await resumeRun({ runDirectory }, { maxSteps: 2 });
      const pipeline = await TextToImagePipeline.open(runDirectory);
      const before = tf.memory().numTensors;
      const opened = openStyleEncoder(pipeline, styleDirectory(runDirectory));
      await expect(opened).rejects.toThrow(/that of step 1 \(\w{12}\), this is step 2/);
      await expect(opened).rejects.toThrow(CheckpointError);
      await expect(resumeStyle({ runDirectory })).rejects.toThrow(/belongs to another generator/);
      expect(tf.memory().numTensors).toBe(before);
      pipeline.dispose();
    }));
});

describe('restyle', () => {
  it('generates each caption in the style of each photo', () =>
    withRun(async (runDirectory, directory) => {
      await trainStyle(style, { runDirectory });
      const before = tf.memory().numTensors;
      const pipeline = await TextToImagePipeline.open(runDirectory);
      const { style: encoder, progress } = await openStyleEncoder(pipeline, styleDirectory(runDirectory));
      expect(progress).toMatchObject({ step: 2, epoch: 1 });

      const photos = await Promise.all(
        [40, 200].map(async (grey, i) => {
          const image: RgbImage = { data: new Uint8Array(60 * 37 * 3).fill(grey), width: 60, height: 37 };
          await writeFile(join(directory, `${i}.png`), await encodeImage(image));
          return readPhoto(join(directory, `${i}.png`), 32);
        }),
      );
      const captions = ['a red flower', 'a blue flower', 'a white flower'];
      const restyled = await restyle(pipeline, encoder, { photos, captions });
      expect(restyled.shape).toEqual([6, 32, 32, 3]);
      const alone = await restyle(pipeline, encoder, { photos: [photos[1]!], captions: [captions[2]!] });
      expect(toRgbImages(alone)[0]).toEqual(toRgbImages(restyled)[5]);
      const image = (i: number) => restyled.data.slice(i * 32 * 32 * 3, (i + 1) * 32 * 32 * 3);
      expect(image(4)).not.toEqual(image(5)); // another photo
      expect(image(3)).not.toEqual(image(5)); // another caption

      const sheet = await styleSheet({ photos, captions }, restyled);
      expect([sheet.width, sheet.height]).toEqual([240 + 4 + 2 * 132, 4 + 4 * 132]);
      await expect(restyle(pipeline, encoder, { photos, captions: [' '] })).rejects.toThrow(ConfigError);
      encoder.dispose();
      pipeline.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }));

  it('names a missing or invalid photo', () =>
    withTemporaryDirectory(async (directory) => {
      const text = join(directory, 'notes.jpg');
      await writeFile(text, 'no image');
      for (const path of [join(directory, 'nowhere.jpg'), text]) {
        const read = readPhoto(path, 32);
        await expect(read).rejects.toThrow(`Cannot read the photo ${path}`);
        await expect(read).rejects.toThrow(DatasetError);
      }
    }));

  it('crops the centre of a photo without distortion', () =>
    withTemporaryDirectory(async (directory) => {
      // a white square in the middle of a long black strip stays a square
      const data = new Uint8Array(320 * 80 * 3);
      for (let y = 20; y < 60; y++) data.fill(255, (y * 320 + 140) * 3, (y * 320 + 180) * 3);
      const path = join(directory, 'strip.png');
      await writeFile(path, await encodeImage({ data, width: 320, height: 80 }));
      const seen = await readPhoto(path, 32);
      const at = (x: number, y: number) => seen.data[(y * 32 + x) * 3];
      expect([at(16, 16), at(16, 10), at(10, 16), at(16, 3), at(3, 16)]).toEqual([255, 255, 255, 0, 0]);
    }));
});

it('evaluateStyle reports repeatable metrics, near chance for a barely trained encoder', () =>
  withRun(async (runDirectory) => {
    await trainStyle(style, { runDirectory });
    const before = tf.memory().numTensors;
    const report = await evaluateStyle({ runDirectory, samples: 12, seed: 3 });
    expect(report).toMatchObject({ generator: { step: 1 }, style: { step: 2 }, samples: 12 });
    expect(report.reconstruction.error).toBeGreaterThan(0.5);
    expect(report.reconstruction.error).toBeLessThan(3);
    for (const value of Object.values(report.background)) expect(Math.abs(value)).toBeLessThanOrEqual(1);
    expect(await evaluateStyle({ runDirectory, samples: 12, seed: 3 })).toEqual(report);
    expect(await evaluateStyle({ runDirectory, samples: 12, seed: 4 })).not.toEqual(report);
    expect(tf.memory().numTensors).toBe(before);
  }));
