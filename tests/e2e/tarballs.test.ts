/** The packages as users get them: packed, installed by npm into an empty project, and used there without a compiler. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT, succeed } from './command.ts';

const PROGRAM = `
import { selectBackend } from '@t2i/backend';
import { generateFromCaptions, imageGrid, Rng, toRgbImages } from '@t2i/core';
import { createBatchSource, createToyFlowers } from '@t2i/dataset';
import { GanCls, presetConfig } from '@t2i/gan-cls';
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

const BACKEND = `
import { selectBackend } from '@t2i/backend';
await selectBackend({ logger: { info: console.log, warn: console.log } });
`;

const NATIVE = join(ROOT, 'packages/backend-native');
const hasCompiler = spawnSync(process.env.CXX ?? 'c++', ['--version']).status === 0;

let root: string;
let project: string;
let withoutCompiler: NodeJS.ProcessEnv;
/** Runs a command in the user's project. */
const inProject = (command: string, ...args: string[]) => succeed(command, args, project, withoutCompiler);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 't2i-tarballs-'));
  project = join(root, 'project');
  withoutCompiler = await environmentWithoutCompiler();
  await succeed('pnpm', ['build']);
  const tarballs = await withPrebuiltKernels(pack);
  await mkdir(project);
  const backend = { '@tensorflow/tfjs-core': '4.22.0', '@tensorflow/tfjs-layers': '4.22.0' };
  const manifest = { name: 'user-project', private: true, type: 'module', dependencies: { ...tarballs, ...backend } };
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(project, 'draw.js'), PROGRAM);
  await writeFile(join(project, 'backend.js'), BACKEND);
  await inProject('npm', 'install', '--no-audit', '--no-fund');
});
afterAll(() => rm(root, { recursive: true, force: true }));

it('installs outside the workspace, trains a step, generates an image, and has a working t2i command', async () => {
  await inProject('node', 'draw.js');
  expect((await readFile(join(project, 'flower.png'))).subarray(1, 4).toString()).toBe('PNG');

  const t2i = join(project, 'node_modules/.bin/t2i');
  const flags = ['--preset', 'tiny', '--batch-size', '2', '--max-steps', '1', '--run', 'run'];
  await inProject(t2i, 'train', '--data', 'toy-flowers', ...flags);
  await inProject(t2i, 'generate', 'a blue flower', '--run', 'run', '--out', 'blue.webp');
  expect((await readFile(join(project, 'blue.webp'))).subarray(8, 12).toString()).toBe('WEBP');
  // Two copies of tfjs-core would be two backends.
  const copies = await inProject('npm', 'ls', '--all', '--parseable', '@tensorflow/tfjs-core');
  expect(copies.stdout.trim().split('\n')).toHaveLength(1);
});

it('generates flowers with the included model: with the program of the README, and with the command without flags', async () => {
  const readme = await readFile(join(ROOT, 'packages/flowers/README.md'), 'utf8');
  await writeFile(join(project, 'flowers.js'), /```js\n([\s\S]*?)```/.exec(readme)![1]!);
  await rm(join(project, 'flower.png'), { force: true });
  for (const [program, ...flags] of [
    ['node', 'flowers.js'],
    ['node_modules/.bin/t2i', 'generate', 'a white flower'],
  ] as const) {
    await inProject(program, ...flags);
    expect((await readFile(join(project, 'flower.png'))).subarray(1, 4).toString()).toBe('PNG');
    await rm(join(project, 'flower.png'));
  }
});

it.runIf(process.platform === 'linux')('packs itself into a bundle that trains without any of it', async () => {
  const flags = ['--out', 'bundle', '--data', 'toy-flowers', '--preset', 'tiny', '--fast'];
  const bundle = () => succeed(join(project, 'node_modules/.bin/t2i'), ['bundle', ...flags], project);
  await expect(bundle()).rejects.toThrow('npm install esbuild');
  await symlink(join(ROOT, 'packages/cli/node_modules/esbuild'), join(project, 'node_modules/esbuild'));
  await bundle();
  const command = ['bundle/run.sh', '--batch-size', '2', '--max-steps', '1', '--run', 'bundled'];
  const { stdout } = await succeed('/bin/sh', command, project, { PATH: '' });
  expect(stdout).toContain('limit at step 1');
});

it.runIf(hasCompiler)('computes with prebuilt kernels', async () => {
  const { stdout } = await inProject('node', 'backend.js');
  expect(stdout).toMatch(/^Backend: native \(\w+, \d+ threads?\)/);
});

it('falls back to wasm without prebuilt kernels and gives the reason; reports the missing compiler when asked to compile', async () => {
  await rm(join(project, 'node_modules/@t2i/backend-native/prebuilds'), { recursive: true, force: true });
  const backend = await inProject('node', 'backend.js');
  expect(backend.stdout).toMatch(/^Backend: wasm .+Not native: .+not compiled for \w+-\w+; `t2i backend build native`/);
  const t2i = join(project, 'node_modules/.bin/t2i');
  await expect(inProject(t2i, 'backend', 'build', 'native')).rejects.toThrow(/no C\+\+ compiler found/);
});

it.runIf(hasCompiler)('compiles the kernels on request, once', async () => {
  await succeed(join(project, 'node_modules/.bin/t2i'), ['backend', 'build', 'native'], project);
  const { stdout } = await inProject('node', 'backend.js');
  expect(stdout).toMatch(/^Backend: native \(\w+, \d+ threads?\)/);
});

it('packs no tests or test helpers', async () => {
  const packed = [];
  for (const tarball of (await readdir(root)).filter((name) => name.endsWith('.tgz'))) {
    const { stdout } = await succeed('tar', ['-tzf', join(root, tarball)]);
    packed.push(
      ...stdout
        .trim()
        .split('\n')
        .map((path) => `${tarball} ${path}`),
    );
  }
  expect(packed.length).toBeGreaterThan(500);
  expect(packed.filter((path) => /\.test\.|\/test-|\/__fixtures__\/|fixture|\/bench\//.test(path))).toEqual([]);
});

it('installs no package with an install script', async () => {
  const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { hasInstallScript?: boolean }>;
  };
  expect(Object.keys(lock.packages).length).toBeGreaterThan(30);
  const scripted = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript);
  expect(scripted.map(([path]) => path)).toEqual([]);
});

/** A PATH with only Node, npm and the shell that runs install scripts. */
async function environmentWithoutCompiler(): Promise<NodeJS.ProcessEnv> {
  const commands = join(root, 'commands');
  await mkdir(commands);
  for (const name of ['node', 'npm', 'sh', 'env']) {
    const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
    await symlink(found, join(commands, name));
  }
  return { ...process.env, PATH: commands, CXX: '' };
}

/** Puts prebuilt kernels into the package's directory while `work` runs, if they can be compiled. */
async function withPrebuiltKernels<T>(work: () => Promise<T>): Promise<T> {
  const prebuilds = join(NATIVE, 'prebuilds');
  if (!hasCompiler || existsSync(prebuilds)) return work();
  await succeed('node', ['scripts/build.mjs', '--prebuild'], NATIVE);
  try {
    return await work();
  } finally {
    // An installation in the workspace must compile what its sources say.
    await rm(prebuilds, { recursive: true });
  }
}

/** The tarballs of all packages by name, as dependencies. */
async function pack(): Promise<Record<string, string>> {
  const tarballs: Record<string, string> = {};
  for (const { name, directory } of await publishablePackages()) {
    const packed = await succeed('pnpm', ['pack', '--pack-destination', root, '--json'], directory);
    tarballs[name] = `file:${(JSON.parse(packed.stdout) as { filename: string }).filename}`;
  }
  return tarballs;
}

async function publishablePackages(): Promise<{ name: string; directory: string }[]> {
  const found = [];
  for (const directoryName of await readdir(join(ROOT, 'packages'))) {
    const directory = join(ROOT, 'packages', directoryName);
    const manifest = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
      name: string;
      private?: boolean;
    };
    if (manifest.private !== true) found.push({ name: manifest.name, directory });
  }
  return found;
}
