/** `t2i bundle`: with nothing but a shell around it, a bundle trains and resumes, with the same log as a run that was never packed. */

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
/** The path of that directory on the empty machine. */
let there: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 't2i-bundle-'));
  root = join(directory, 'root');
  there = mayChroot ? '/' : root;
  await mkdir(root);
  await writePhotos(join(directory, 'flowers'));
  const from = ['--from', join(directory, 'flowers'), '--out', join(directory, 'data'), '--stored-size', '38'];
  const prepared = await t2i('dataset', 'prepare', 'directory', ...from).finished;
  data = prepared.stdout.trim();
  await writeFile(join(directory, 'config.json'), JSON.stringify(CONFIG));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('trains and resumes in an empty root as it does outside of a bundle', async () => {
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

it('reports a directory that is not empty and a bundle that is too large', async () => {
  const flags = ['--data', data, '--preset', 'tiny', '--fast'];
  const full = await t2i('bundle', '--out', directory, ...flags).finished;
  expect(full).toMatchObject({ code: 2, stderr: expect.stringContaining('is not empty') });
  const unprepared = await t2i('bundle', '--out', join(directory, 'other'), '--data', join(directory, 'flowers'))
    .finished;
  expect(unprepared).toMatchObject({ code: 2, stderr: expect.stringContaining('t2i dataset prepare') });
});

/** Toy flowers as image files with captions, twelve for each of four classes. */
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

/** Copies the shell, the three commands that run.sh calls, and their libraries into the empty root; no Node, npm or xz. */
async function furnish(to: string): Promise<void> {
  if (!mayChroot) return;
  const commands = ['sh', 'mkdir', 'chmod', 'mv', 'rm'].map((name) => `/bin/${name}`);
  const libraries = [...commands, process.execPath].flatMap((path) => [
    ...execFileSync('ldd', [path], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g),
  ]);
  // glibc's too, because the renderer of the samples needs it
  const resolver = libraries.map(([, path]) => path!.replace(/libc\.so\.6$/, 'libresolv.so.2'));
  for (const path of new Set([...commands, ...libraries.map(([, path]) => path!), ...resolver])) {
    await cp(path, join(to, path), { dereference: true });
  }
  for (const name of ['dev', 'tmp']) await mkdir(join(to, name));
}

/** Starts run.sh with an empty environment, inside the empty root if chroot is allowed. */
function runBundle(...args: string[]) {
  const script = join(there, 'bundle/run.sh');
  const command = ['/bin/sh', script, ...args];
  const [program, ...rest] = mayChroot ? ['/usr/sbin/chroot', root, ...command] : command;
  return start(program!, rest, '/', { PATH: mayChroot ? process.env.PATH : '' }).finished;
}
