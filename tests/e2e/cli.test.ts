/** The `t2i` command: from training to a film, exit codes, and helpful errors. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage } from '@t2i/image-node';
import { maxDifference } from '@t2i/test-utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, t2i } from './command.ts';

let directory: string;
let run: string;

const finish = (...args: string[]): Promise<Finished> => t2i(...args).finished;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 't2i-cli-'));
  run = join(directory, 'run');
  const flags = ['--batch-size', '4', '--max-steps', '2', '--preview', 'a red flower'];
  const trained = await finish('train', '--data', 'toy-flowers', '--preset', 'tiny', '--run', run, ...flags);
  expect(trained).toMatchObject({ code: 0, stdout: expect.stringContaining('limit at step 2, epoch 1') });
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('generate', () => {
  it('gives the same bytes for the same seed, and different bytes for another seed', async () => {
    const draw = async (name: string, seed: string) => {
      const out = join(directory, name);
      const flags = ['--run', run, '--seed', seed, '-n', '8', '--out', out];
      expect(await finish('generate', 'pink flower with yellow petals', ...flags)).toMatchObject({
        code: 0,
        stdout: `${out}\n`,
      });
      return readFile(out);
    };
    const first = await draw('a.png', '7');
    expect(first.subarray(1, 4).toString()).toBe('PNG');
    expect(await draw('b.png', '7')).toEqual(first);
    expect(await draw('c.png', '8')).not.toEqual(first);
  });

  it('generates a grid and a page for a file of captions', async () => {
    const captions = join(directory, 'captions.txt');
    const out = join(directory, 'drawings');
    await writeFile(captions, 'a red flower\n\n<b>blue</b> & white\n');
    expect(await finish('generate', '--captions', captions, '--run', run, '-n', '2', '--out', out)).toMatchObject({
      code: 0,
    });
    const page = await readFile(join(out, 'index.html'), 'utf8');
    expect(page).toContain('&lt;b&gt;blue&lt;/b&gt; &amp; white');
    expect(page.match(/<img /g)).toHaveLength(4);
    expect((await readFile(join(out, 'grid.png'))).subarray(1, 4).toString()).toBe('PNG');
  });

  it('never uses missing or foreign weights', async () => {
    const none = await finish('generate', 'x', '--run', join(directory, 'nowhere'));
    expect(none).toMatchObject({ code: 2, stderr: expect.stringMatching(/nowhere holds no run/) });

    const broken = join(directory, 'broken');
    await finish(
      'train',
      '--data',
      'toy-flowers',
      '--preset',
      'tiny',
      '--batch-size',
      '2',
      '--max-steps',
      '1',
      '--run',
      broken,
    );
    await writeFile(join(broken, 'checkpoints/step-00000001/model.safetensors'), 'nonsense');
    const damaged = await finish('generate', 'x', '--run', broken);
    expect(damaged).toMatchObject({ code: 2, stderr: expect.stringMatching(/The only checkpoint in .* is damaged/) });
    await rm(join(broken, 'encoder'), { recursive: true });
    const deaf = await finish('generate', 'x', '--run', broken);
    expect(deaf).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/encoder: it does not exist\.\n {2}→ Put the encoder of this run back/),
    });
  });

  it('refuses an empty caption', async () => {
    const { code, stderr } = await finish('generate', '   ', '--run', run);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/empty/)]);
  });
});

it('interpolates between captions and between noises', async () => {
  for (const [name, ...to] of [
    ['walk.webp', 'a blue flower'],
    ['drift.webp', '--to-seed', '9'],
  ] as const) {
    const out = join(directory, name);
    const flags = ['--run', run, '--steps', '3', '--rows', '1', '--out', out];
    expect(await finish('interpolate', 'a red flower', ...to, ...flags)).toMatchObject({ code: 0 });
    expect((await readFile(out)).subarray(8, 12).toString()).toBe('WEBP');
  }
});

it('exports a run as a model that generates the same images, and refuses a directory that is not empty', async () => {
  const model = join(directory, 'model');
  const exported = await finish('export', run, '--out', model, '--license', 'CC0-1.0');
  expect(exported).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/model: 1\.\d MB in float16, from epoch 1\n$/),
  });
  const [ofRun, ofModel] = await Promise.all(
    [run, model].map(async (from, i) => {
      const out = join(directory, `exported-${i}.png`);
      expect(await finish('generate', 'a red flower', '--run', from, '--seed', '7', '--out', out)).toMatchObject({
        code: 0,
      });
      return (await decodeImage(await readFile(out))).data;
    }),
  );
  expect(maxDifference(ofModel!, ofRun!)).toBeLessThanOrEqual(1);
  const card = await readFile(join(model, 'README.md'), 'utf8');
  expect(card).toMatch(/Epoch 1, step 2: 8 images shown in \d+ min; objective `gan-cls`/);
  expect((await readFile(join(model, 'samples.webp'))).subarray(8, 12).toString()).toBe('WEBP');
  const training = join(model, 'training.json');
  const dry = await finish('train', '--config', training, '--run', join(directory, 'dry-again'), '--dry-run');
  expect(JSON.parse(dry.stdout)).toEqual(JSON.parse(await readFile(training, 'utf8')));
  const again = await finish('export', run, '--out', model);
  expect(again).toMatchObject({ code: 2, stderr: expect.stringMatching(/is not empty[\s\S]*--replace/) });
  const copied = await finish('export', model, '--out', join(directory, 'copied'), '--license', 'MIT');
  expect(copied).toMatchObject({ code: 2, stderr: expect.stringMatching(/copied unchanged/) });
});

it('makes a film of the samples', async () => {
  const { code, stdout } = await finish('film', run, '--format', 'gif');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/film\.gif: epochs 0 to 0, 1 frames/)]);
  expect((await readFile(join(run, 'film.gif'))).subarray(0, 6).toString()).toBe('GIF89a');
});

it('resumes a run that reached its limit, and refuses to start another run in its directory', async () => {
  const again = await finish('train', '--data', 'toy-flowers', '--run', run);
  expect(again).toMatchObject({ code: 2, stderr: expect.stringMatching(/holds a run already/) });
  const further = await finish('train', '--resume', run, '--max-steps', '3');
  expect(further).toMatchObject({ code: 0, stdout: expect.stringContaining('limit at step 3') });
});

it('prints the complete configuration with --dry-run and writes nothing', async () => {
  const flags = ['--preset', 'dcgan', '--run', join(directory, 'dry'), '--dry-run'];
  const { code, stdout } = await finish('train', '--data', 'toy-flowers', ...flags);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    model: { generatorFilters: 64, residual: false },
    trainer: { epochs: 600 },
  });
  await expect(readFile(join(directory, 'dry/run.json'))).rejects.toThrow();
});

describe('user errors exit with code 2', () => {
  it.each<[string[], RegExp]>([
    [['train', '--data', 'toy-flowers', '--run', 'x', '--batchsize=32'], /unknown option '--batchsize=32'/],
    [['train', '--data', 'toy-flowers', '--run', 'x', '--batch-size', 'many'], /whole number/],
    [['train', '--run', 'x'], /No training data/],
    [['train', '--data', 'toy-flowers'], /either --run .* or --resume/],
    [['train', '--data', 'no/such/directory', '--run', 'x'], /no\/such\/directory/],
    [
      ['train', '--data', 'toy-flowers', '--run', 'x', '--config', 'none.json'],
      /Cannot read the configuration none\.json/,
    ],
    [['generate', '--run', 'x'], /either a caption or --captions/],
    [['paint'], /unknown command 'paint'/],
    [['dataset', 'info', 'no/such/directory'], /no\/such\/directory/],
    [['evaluate', 'x', '--data', 'd', '--features', 'f', '--googlenet', 'none.safetensors'], /none\.safetensors/],
    [['evaluate', 'x', '--samples', '3'], /whole number of at least 50|from 50/],
  ])('%j', async (args, message) => {
    const { code, stderr } = await finish(...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

it('shows help and lists the backends', async () => {
  expect(await finish('train', '--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Examples:') });
  const { code, stdout } = await finish('doctor');
  expect(code).toBe(0);
  for (const backend of ['native', 'node-gpu', 'node', 'webgpu', 'wasm', 'cpu']) {
    expect(stdout).toMatch(new RegExp(`^ +(yes|no) +${backend} `, 'm'));
  }
});
