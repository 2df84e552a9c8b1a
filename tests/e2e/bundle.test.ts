/** `t2i bundle`: started where there is nothing but a shell, it trains, resumes, and leaves the log of a run that was never packed. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createToyFlowers } from '@t2i/dataset';
import { encodeImage } from '@t2i/image-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { start, t2i } from './command.ts';

const CONFIG = {
  encoder: { kind: 'bag-of-words' },
  model: { objective: 'gan-int-cls', generatorFilters: 8, discriminatorFilters: 8 },
  batches: { batchSize: 8 },
  trainer: { logEvery: 1 },
  preview: { seen: 1, unseen: 1, columns: 2 },
};
const mayChroot = process.getuid?.() === 0 && existsSync('/usr/sbin/chroot');
const FLAGS = ['--backend', 'wasm'];
const STEPS = ['--max-steps', '4'];

let directory: string;
let data: string;
/** The root of an empty machine, with the bundle in `/bundle`. */
let root: string;
/** The same directory as that machine calls it. */
let there: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 't2i-bundle-'));
  root = join(directory, 'root');
  there = mayChroot ? '/' : root;
  await mkdir(root);
  await writePhotos(join(directory, 'flowers'));
  const from = ['--from', join(directory, 'flowers'), '--out', join(directory, 'data'), '--stored-size', '38'];
  const prepared = await t2i('dataset', 'prepare', 'folder', ...from).finished;
  data = prepared.stdout.trim();
  await writeFile(join(directory, 'config.json'), JSON.stringify(CONFIG));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('trains and resumes in an empty root as it would unpacked', async () => {
  const config = ['--preset', 'tiny', '--config', join(directory, 'config.json'), '--data', data];
  const straight = join(directory, 'straight');
  expect(await t2i('train', ...config, '--run', straight, ...FLAGS, ...STEPS).finished).toMatchObject({ code: 0 });

  const out = join(root, 'bundle');
  const packed = await t2i('bundle', '--out', out, ...config, '--quality', 'lossless', '--fast').finished;
  expect(packed).toMatchObject({ code: 0, stdout: expect.stringMatching(/MB {2}node\.xz\n[\s\S]+MB {2}all\n$/) });
  expect(packed.stderr).toContain('Images: PNG, without loss');

  await furnish(root);
  const first = await runBundle('--max-steps', '2', ...FLAGS);
  expect(first.stderr).toContain('Unpacking Node into');
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('limit at step 2') });
  const second = await runBundle('--resume', join(there, 'bundle/run'), ...STEPS, ...FLAGS);
  expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('limit at step 4') });
  expect(second.stderr).not.toContain('Unpacking');

  const log = (run: string) => readFile(join(run, 'log.jsonl'), 'utf8');
  expect(await log(join(out, 'run'))).toBe(await log(straight));
  // the run goes on at home
  const home = await t2i('train', '--resume', join(out, 'run'), '--data', data, '--max-steps', '5', ...FLAGS).finished;
  expect(home).toMatchObject({ code: 0, stdout: expect.stringContaining('limit at step 5') });
});

it('says what is wrong with the directory and the size', async () => {
  const flags = ['--data', data, '--preset', 'tiny', '--fast'];
  const full = await t2i('bundle', '--out', directory, ...flags).finished;
  expect(full).toMatchObject({ code: 2, stderr: expect.stringContaining('is not empty') });
  const unprepared = await t2i('bundle', '--out', join(directory, 'other'), '--data', join(directory, 'flowers'))
    .finished;
  expect(unprepared).toMatchObject({ code: 2, stderr: expect.stringContaining('t2i dataset prepare') });
});

/** Toy flowers as images with captions beside them, twelve of each of four classes. */
async function writePhotos(to: string): Promise<void> {
  const flowers = await createToyFlowers({ images: 200, storedSize: 38 });
  for (let item = 0; item < 48; item++) {
    const place = join(to, `class-${item % 4}`, `${item}`);
    await mkdir(dirname(place), { recursive: true });
    const image = { data: await flowers.readImages([item]), width: 38, height: 38 };
    await writeFile(`${place}.png`, await encodeImage(image));
    await writeFile(`${place}.txt`, flowers.captions(item).join('\n'));
  }
}

/** Puts the shell, three commands of run.sh, and the libraries of all that into the empty root: no Node, npm or xz. */
async function furnish(to: string): Promise<void> {
  if (!mayChroot) return;
  const commands = ['sh', 'mkdir', 'chmod', 'mv', 'rm'].map((name) => `/bin/${name}`);
  const libraries = [...commands, process.execPath].flatMap((path) => [
    ...execFileSync('ldd', [path], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g),
  ]);
  // glibc's too, and what draws the samples asks for it
  const resolver = libraries.map(([, path]) => path!.replace(/libc\.so\.6$/, 'libresolv.so.2'));
  for (const path of new Set([...commands, ...libraries.map(([, path]) => path!), ...resolver])) {
    await cp(path, join(to, path), { dereference: true });
  }
  for (const name of ['dev', 'tmp']) await mkdir(join(to, name));
}

/** Starts run.sh with an empty environment, in the root where this is allowed. */
function runBundle(...args: string[]) {
  const script = join(there, 'bundle/run.sh');
  const command = ['/bin/sh', script, ...args];
  const [program, ...rest] = mayChroot ? ['/usr/sbin/chroot', root, ...command] : command;
  return start(program!, rest, '/', { PATH: mayChroot ? process.env.PATH : '' }).finished;
}
