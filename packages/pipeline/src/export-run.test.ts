import '@tensorflow/tfjs-backend-cpu';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckpointError, ConfigError, toRgbImages } from '@t2i/core';
import { maxDifference } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportModel, exportRun } from './export-run.ts';
import { TextToImagePipeline } from './pipeline.ts';
import { parseRunConfig } from './run-config.ts';
import { trainRun } from './train-run.ts';

const config = parseRunConfig({
  data: { kind: 'toy-flowers', images: 200 },
  model: {
    imageSize: 32,
    generatorFilters: 2,
    discriminatorFilters: 2,
    projectedDim: 4,
    residual: false,
    emaHalfLife: 1,
  },
  batches: { batchSize: 2 },
  trainer: { maxSteps: 3, learningRate: 0.2, checkpointEverySteps: 3, logEvery: 3 },
  preview: { seen: 0, unseen: 0, captions: ['a red flower'], columns: 1 },
});
const request = { captions: ['a red flower', 'a blue flower'], seed: 7, perCaption: 2 };

let root: string;
let runDirectory: string;

beforeAll(async () => {
  await tf.setBackend('cpu');
  root = await mkdtemp(join(tmpdir(), 't2i-export-'));
  runDirectory = join(root, 'run');
  await trainRun(config, { runDirectory });
}, 60_000);
afterAll(() => rm(root, { recursive: true, force: true }));

async function generate(directory: string) {
  const pipeline = await TextToImagePipeline.open(directory);
  const images = await pipeline.generate(request);
  pipeline.dispose();
  return { pipeline, images, pixels: toRgbImages(images).flatMap(({ data }) => [...data]) };
}

describe.skipIf(process.platform === 'win32')('a link in an untrusted directory', () => {
  it('does not lead to the encoder of a run', async () => {
    const run = join(root, 'linked-run');
    await cp(runDirectory, run, { recursive: true });
    await rename(join(run, 'encoder'), join(root, 'linked-encoder'));
    await symlink(join(root, 'linked-encoder'), join(run, 'encoder'));
    const opened = TextToImagePipeline.open(run);
    await expect(opened).rejects.toThrow(CheckpointError);
    await expect(opened).rejects.toThrow('encoder leads outside');
  });

  it('is not copied with a model', async () => {
    const model = join(root, 'linked-model');
    await exportRun({ runDirectory, outDirectory: model });
    await symlink('/etc/passwd', join(model, 'notes.txt'));
    await expect(exportModel(model, { outDirectory: join(root, 'linked-copy') })).rejects.toMatchObject({
      code: 'ERR_FILE',
      message: expect.stringContaining('notes.txt leads outside'),
    });
    expect(await readdir(root)).not.toContain('linked-copy');
  });
});

describe('exportRun', () => {
  it('exports a model that generates what the run generates, within a step of a pixel', async () => {
    const outDirectory = join(root, 'a/model');
    const manifest = await exportRun({ runDirectory, outDirectory, license: 'CC-BY-4.0' });
    const before = tf.memory().numTensors;
    const [run, published] = [await generate(runDirectory), await generate(outDirectory)];
    expect(tf.memory().numTensors).toBe(before);
    expect(published.pipeline).toMatchObject({ run: undefined, published: manifest });
    expect([run.pipeline.imagesShown, published.pipeline.imagesShown]).toEqual([6, 6]);
    expect(manifest).toMatchObject({
      generator: { averaged: true },
      facts: { dataset: 'toy-flowers', objective: 'gan-cls', step: 3, imagesShown: 6 },
      license: 'CC-BY-4.0',
    });
    expect(
      maxDifference(
        run.pixels,
        run.pixels.map(() => 127.5),
      ),
    ).toBeGreaterThan(20); // the image is not even
    expect(maxDifference(published.images.data, run.images.data)).toBeGreaterThan(0);
    expect(maxDifference(published.pixels, run.pixels)).toBeLessThanOrEqual(1);
  });

  it('exports an encoder that another run can use', async () => {
    const directory = join(root, 'b/model');
    const { encoder } = await exportRun({ runDirectory, outDirectory: directory });
    const again = join(root, 'by-its-encoder');
    const trainer = { ...config.trainer, maxSteps: 1 };
    await trainRun({ ...config, trainer, encoder: { kind: 'saved', directory } }, { runDirectory: again });
    const pipeline = await TextToImagePipeline.open(again);
    expect(pipeline.encoder.id).toBe(encoder.id);
    pipeline.dispose();
  });

  it('copies a page, with the model beside it', async () => {
    const page = join(root, 'page');
    await mkdir(join(page, 'assets'), { recursive: true });
    await writeFile(join(page, 'assets/a.js'), 'x');
    await exportRun({ runDirectory, outDirectory: join(root, 'site'), precision: 'float32', page });
    expect(await readdir(join(root, 'site'))).toEqual(['assets', 'model']);
    expect(await readFile(join(root, 'site/assets/a.js'), 'utf8')).toBe('x');
    expect((await generate(join(root, 'site/model'))).images.data).toEqual((await generate(runDirectory)).images.data);
  });

  it('replaces an exported model on request, but nothing else', async () => {
    const outDirectory = join(root, 'again');
    await exportRun({ runDirectory, outDirectory });
    await writeFile(join(outDirectory, 'README.md'), 'old');
    await expect(exportRun({ runDirectory, outDirectory })).rejects.toMatchObject({
      hint: expect.stringContaining('--replace'),
    });
    await exportRun({ runDirectory, outDirectory, replace: true, license: 'CC0-1.0' });
    expect((await readdir(outDirectory)).sort()).toEqual([
      'encoder.safetensors',
      'generator.safetensors',
      'model.json',
    ]);
    await expect(exportRun({ runDirectory, outDirectory: runDirectory, replace: true })).rejects.toThrow(ConfigError);
    expect(await readdir(runDirectory)).toContain('run.json');
  });

  it('writes additional files made from the published model', async () => {
    const outDirectory = join(root, 'with-card');
    const manifest = await exportRun({
      runDirectory,
      outDirectory,
      beside: async ({ record, manifest, pipeline }) => {
        const { shape } = await pipeline.generate(request);
        return { 'README.md': `${record.config.trainer.maxSteps} ${manifest.facts.step} ${shape}` };
      },
    });
    expect(await readFile(join(outDirectory, 'README.md'), 'utf8')).toBe(`3 ${manifest.facts.step} 4,32,32,3`);
  });

  it('checks and copies a published model', async () => {
    const model = join(root, 'to-copy');
    const manifest = await exportRun({ runDirectory, outDirectory: model });
    const copy = join(root, 'copied/model');
    const before = tf.memory().numTensors;
    expect(await exportModel(model, { outDirectory: copy })).toEqual(manifest);
    expect(tf.memory().numTensors).toBe(before);
    expect((await generate(copy)).images.data).toEqual((await generate(model)).images.data);
    await writeFile(join(model, 'generator.safetensors'), 'damaged');
    await expect(exportModel(model, { outDirectory: join(root, 'none') })).rejects.toThrow(CheckpointError);
  });

  it('refuses a directory that is not empty, and leaves no partial export', async () => {
    await expect(exportRun({ runDirectory, outDirectory: runDirectory })).rejects.toThrow(ConfigError);
    const outDirectory = join(root, 'half');
    await expect(exportRun({ runDirectory, outDirectory, page: join(root, 'no-page') })).rejects.toMatchObject({
      code: 'ERR_WRITE',
    });
    await expect(exportRun({ runDirectory: join(root, 'none'), outDirectory })).rejects.toThrow(CheckpointError);
    expect((await readdir(root)).filter((name) => name.startsWith('half'))).toEqual([]);
  });
});

it('refuses a directory without a run or a model', async () => {
  await expect(TextToImagePipeline.open(root)).rejects.toThrow(/holds no run/);
});
