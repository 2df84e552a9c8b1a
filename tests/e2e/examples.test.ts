/** Every example runs to its end, in its fast mode. */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng } from '@t2i/core';
import { createToyFlowers } from '@t2i/dataset';
import { prepareDirectory } from '@t2i/dataset/node';
import { decodeImage, encodeImage } from '@t2i/image-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT, startProgram } from './command.ts';

let root: string;
let images: string;
let prepared: string;
const inDirectory = (name: string) => join(root, name);

async function runExample(name: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await startProgram(`examples/${name}.ts`, args).finished;
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return stdout;
}

/** A directory of images with captions; each subdirectory is a class. */
async function writeImages(): Promise<void> {
  const flowers = await createToyFlowers({ images: 120, storedSize: 48 });
  for (let item = 0; item < 40; item++) {
    const directory = join(images, `class-${new Rng(item).integer(4)}`);
    await mkdir(directory, { recursive: true });
    const data = await flowers.readImages([item]);
    await writeFile(join(directory, `${item}.png`), await encodeImage({ data, width: 48, height: 48 }));
    await writeFile(join(directory, `${item}.txt`), flowers.captions(item).join('\n'));
  }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 't2i-examples-'));
  images = inDirectory('images');
  await writeImages();
  ({ directory: prepared } = await prepareDirectory({ from: images, cacheDirectory: root, name: 'prepared' }));
});
afterAll(() => rm(root, { recursive: true, force: true }));

it('covers all examples', async () => {
  const names = (await readdir(join(ROOT, 'examples'))).filter((name) => name.endsWith('.ts'));
  expect(names.sort()).toEqual([
    'caption-interpolation.ts',
    'flower.ts',
    'noise-interpolation.ts',
    'own-directory.ts',
    'own-text-encoder.ts',
    'oxford-102.ts',
    'quickstart.ts',
    'style-transfer.ts',
    'swap-backend.ts',
    'text-encoder.ts',
  ]);
});

it('flower', async () => {
  const file = inDirectory('flower.png');
  expect(await runExample('flower', 'a white flower', file)).toBe(`${file}\n`);
  expect((await readFile(file)).subarray(1, 4).toString()).toBe('PNG');
});

it('quickstart, then interpolations and style transfer on its run', async () => {
  const run = inDirectory('quickstart');
  expect(await runExample('quickstart', '--fast', '--run', run)).toMatch(/petalColour +\d+ % right, chance +\d+ %/);
  for (const name of ['caption-interpolation', 'noise-interpolation']) {
    const out = inDirectory(`${name}.png`);
    await runExample(name, '--run', run, '--steps', '3', '--out', out);
    // beside 244 pixels of captions three images of 32 pixels, doubled, and a gap of 4 after each
    expect((await decodeImage(await readFile(out))).width).toBe(244 + 3 * 68);
  }
  const photos = join(images, (await readdir(images))[0]!);
  const out = inDirectory('style.png');
  const stdout = await runExample(
    'style-transfer',
    '--fast',
    '--run',
    run,
    '--photos',
    photos,
    '--count',
    '2',
    '--out',
    out,
  );
  expect(stdout).toContain('style.png');
  expect(await decodeImage(await readFile(out))).toMatchObject({ width: 244 + 2 * 132, height: 4 + 6 * 132 });
});

it('oxford-102', async () => {
  const stdout = await runExample('oxford-102', '--fast', '--data', prepared, '--run', inDirectory('oxford'));
  expect(stdout).toContain('8 images shown');
});

it('own-directory', async () => {
  const stdout = await runExample(
    'own-directory',
    '--fast',
    '--from',
    images,
    '--data',
    inDirectory('own-data'),
    '--run',
    inDirectory('own'),
  );
  expect(stdout).toContain('Samples in');
});

it('own-text-encoder', async () => {
  expect(await runExample('own-text-encoder', '--fast', '--run', inDirectory('trigrams'))).toContain('Samples in');
});

it('text-encoder', async () => {
  const stdout = await runExample('text-encoder', '--fast', '--run', inDirectory('text-encoder'));
  expect(stdout).toMatch(/classes that it never saw: [\d.]+ % of \d+ images/);
});

it('swap-backend gives the same loss on every backend', async () => {
  const losses = [...(await runExample('swap-backend', '--fast')).matchAll(/^(\w+) +loss of D ([\d.]+)/gm)];
  expect(losses.map(([, backend]) => backend)).toEqual(expect.arrayContaining(['wasm', 'cpu']));
  const cpu = Number(losses.find(([, backend]) => backend === 'cpu')![2]);
  for (const [, , loss] of losses) expect(Math.abs(Number(loss) - cpu)).toBeLessThan(1e-3);
});
