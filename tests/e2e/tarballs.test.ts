/** The packages as strangers get them: packed, installed by npm into an empty project elsewhere, and used there. */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT, succeed } from './command.ts';

const PROGRAM = `
import { selectBackend } from '@t2i/backend';
import { imageGrid, Rng, toRgbImages } from '@t2i/core';
import { createBatchSource, createToyFlowers } from '@t2i/dataset';
import { GanCls, generateFromCaptions, presetConfig } from '@t2i/gan-cls';
import { encodeImage } from '@t2i/image-node';
import { BagOfWords } from '@t2i/text-encoder';
import { writeFileSync } from 'node:fs';

await selectBackend({ prefer: 'wasm' });
const dataset = await createToyFlowers({ images: 60 });
const encoder = BagOfWords.fit(Array.from({ length: dataset.size }, (_, item) => dataset.captions(item)).flat());
const rng = new Rng(1);
const model = new GanCls(presetConfig('tiny', { embeddingDim: encoder.dim }), rng.fork());
const { imageSize, mismatch } = model;
const batches = createBatchSource({ dataset, encoder, batchSize: 4, imageSize, mismatch, rng: rng.fork() });
const scalars = await model.step(await batches.next(), { learningRate: 2e-4, rng });
if (!Number.isFinite(scalars['loss/generator'])) throw new Error('the step gave no loss');
const images = await generateFromCaptions({ model, encoder, captions: ['a pink flower'], seed: 7, perCaption: 4 });
writeFileSync('flower.png', await encodeImage(imageGrid(toRgbImages(images), { columns: 2 })));
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 't2i-tarballs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('installs outside the workspace, trains a step, draws a picture, and has a working t2i command', async () => {
  await succeed('pnpm', ['build']);
  const packages = await publishablePackages();
  const tarballs: Record<string, string> = {};
  for (const { name, directory } of packages) {
    const packed = await succeed('pnpm', ['pack', '--pack-destination', folder, '--json'], directory);
    tarballs[name] = `file:${(JSON.parse(packed.stdout) as { filename: string }).filename}`;
  }
  const project = join(folder, 'project');
  await mkdir(project);
  const engine = { '@tensorflow/tfjs-core': '4.22.0', '@tensorflow/tfjs-layers': '4.22.0' };
  const manifest = { name: 'stranger', private: true, type: 'module', dependencies: { ...tarballs, ...engine } };
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(project, 'draw.js'), PROGRAM);
  await succeed('npm', ['install', '--no-audit', '--no-fund'], project);

  await succeed('node', ['draw.js'], project);
  expect((await readFile(join(project, 'flower.png'))).subarray(1, 4).toString()).toBe('PNG');

  const t2i = join(project, 'node_modules/.bin/t2i');
  const flags = ['--preset', 'tiny', '--batch-size', '2', '--max-steps', '1', '--run', 'run'];
  await succeed(t2i, ['train', '--data', 'toy-flowers', ...flags], project);
  await succeed(t2i, ['generate', 'a blue flower', '--run', 'run', '--out', 'blue.webp'], project);
  expect((await readFile(join(project, 'blue.webp'))).subarray(8, 12).toString()).toBe('WEBP');
  // Two copies of tfjs-core would be two engines.
  const copies = await succeed('npm', ['ls', '--all', '--parseable', '@tensorflow/tfjs-core'], project);
  expect(copies.stdout.trim().split('\n')).toHaveLength(1);
});

async function publishablePackages(): Promise<{ name: string; directory: string }[]> {
  const found = [];
  for (const folderName of await readdir(join(ROOT, 'packages'))) {
    const directory = join(ROOT, 'packages', folderName);
    const manifest = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
      name: string;
      private?: boolean;
    };
    if (manifest.private !== true) found.push({ name: manifest.name, directory });
  }
  return found;
}
