import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImageBatch, ImageEncoder, RgbImage } from '@t2i/core';
import { withDirectoryLock } from '@t2i/core/node';
import { openDataset, prepareDirectory, sourcePhotos } from '@t2i/dataset/node';
import { extractFeatures } from '@t2i/image-encoder/node';
import { encodeImage } from '@t2i/image-node';
import { parseEncoderConfig } from '@t2i/pipeline';
import { expectAllClose, withTemporaryDirectory } from '@t2i/test-utils';
import { loadEncoder } from '@t2i/text-encoder/node';
import { expect, it } from 'vitest';
import { t2i } from '../../__fixtures__/t2i.ts';
import { trainingCommand } from './training-command.ts';

const COLOURS = { red: [250, 0, 0], blue: [0, 0, 250], white: [250, 250, 250], green: [0, 250, 0], grey: [90, 90, 90] };

/** The mean colour of an image. */
class MeanColour implements ImageEncoder {
  readonly dim: number;
  readonly imageSize = 8;
  readonly id: string;

  /** @param dim the three means over and over */
  constructor(id: string, dim: number) {
    this.id = id;
    this.dim = dim;
  }

  async encode({ data, shape: [n] }: ImageBatch) {
    const values = data.length / n;
    const { dim } = this;
    const rows = Float32Array.from(
      { length: dim * n },
      (_, i) => data[Math.floor(i / dim) * values + ((i % dim) % 3)]!,
    );
    return { data: rows, shape: [n, dim] as const };
  }

  dispose(): void {}
}

/** Five classes of two images each as a prepared set. */
async function preparedColours(root: string, name: string): Promise<{ data: string; from: string }> {
  const from = join(root, `${name}-images`);
  for (const [colour, rgb] of Object.entries(COLOURS)) {
    await mkdir(join(from, colour), { recursive: true });
    const image: RgbImage = { data: Uint8Array.from({ length: 192 }, (_, i) => rgb[i % 3]!), width: 8, height: 8 };
    for (const file of ['a', 'b']) {
      await writeFile(join(from, colour, `${file}.png`), await encodeImage(image));
      await writeFile(join(from, colour, `${file}.txt`), `a ${colour} flower\nthe ${name} petals are ${colour}\n`);
    }
  }
  return { data: (await prepareDirectory({ from, cacheDirectory: root, name, storedSize: 16 })).directory, from };
}

async function featuresOf(
  { data, from }: { data: string; from: string },
  root: string,
  id: string,
  dim = 3,
): Promise<string> {
  const dataset = await openDataset(data);
  const encoder = new MeanColour(id, dim);
  await extractFeatures({
    encoder,
    dataset,
    photos: () => sourcePhotos(dataset, from),
    directory: root,
    views: ['whole'],
  });
  await dataset.close();
  return root;
}

/** A run of two steps accepts limits and moved directories with `--resume`, refuses other changes by name, and does not train with `--dry-run`. */
async function continues(run: string, features: string, flags: readonly string[]): Promise<void> {
  const log = () => readFile(join(run, 'log.jsonl'), 'utf8');
  const before = await log();
  const resume = (...more: string[]) => t2i('encoder', 'train', '--resume', run, ...more);
  const moved = `${features}/../features`;
  const dry = await resume('--dry-run', '--keep-last', '3', '--features', moved, '--max-steps', '9');
  expect(dry).toMatchObject({ code: 0, notes: expect.stringMatching(/features is .*trainer.keepLast is 3, was 2/) });
  expect(JSON.parse(dry.out)).toMatchObject({ features: moved, trainer: { keepLast: 3, maxSteps: 9 } });
  const kinds: [string[], RegExp][] = [
    [['--learning-rate', '1', '--seed', '9'], /--seed: .*was 1, not 9\n.*--learning-rate: .*was 0.0001, not 1/],
    [['--kind', 'linear-words'], /--kind: network.kind was "char-cnn-rnn"/],
    [['--asymmetric', '--view', 'mirrored'], /--asymmetric: [\s\S]*--view: /],
    [['--split', 'train', '--cnn-dim', '16'], /--split: [\s\S]*--cnn-dim: /],
  ];
  for (const [other, message] of kinds) {
    expect(await resume(...other)).toMatchObject({ code: 2, errors: expect.stringMatching(message) });
  }
  await withDirectoryLock(run, 'training', async () => {
    expect(await resume('--max-steps', '3')).toMatchObject({ code: 2, errors: expect.stringContaining('is in use') });
  });
  const same = ['--batch-size', '2', '--cnn-dim', '8', '--learning-rate', '0.0001', '--max-steps', '1'];
  expect(await resume(...flags, ...same)).toMatchObject({ code: 0, out: expect.stringContaining('limit at step 2') });
  expect(await log()).toBe(before);
}

it('trains, evaluates, exports and searches, and refuses parts that do not belong together', () =>
  withTemporaryDirectory(async (root) => {
    const at = (name: string) => join(root, name);
    const set = await preparedColours(root, 'colours');
    const features = await featuresOf(set, at('features'), 'mean-colour');
    const flags = ['--data', set.data, '--features', features];
    const steps = ['--batch-size', '2', '--max-steps', '2', '--cnn-dim', '8'];
    expect(await t2i('encoder', 'train', '--run', at('run'), ...flags, ...steps)).toMatchObject({ code: 0 });
    const words = ['--kind', 'linear-words', '--batch-size', '2', '--max-steps', '1'];
    expect(await t2i('encoder', 'train', '--run', at('words'), ...flags, ...words)).toMatchObject({ code: 0 });

    const measured = await t2i('encoder', 'evaluate', at('run'), ...flags, '--baseline', at('words'));
    expect(measured).toMatchObject({
      code: 0,
      out: expect.stringMatching(/\|\s+\| this encoder \| baseline \| chance \|\n/),
    });
    for (const name of ['zero-shot top-1', 'AP@1', 'AP@50', 'one caption: AP@10'])
      expect(measured.out).toContain(`| ${name} |`);

    const taught = ['--teacher', at('words'), '--run', at('taught')];
    expect(await t2i('encoder', 'train', ...taught, ...flags, ...steps)).toMatchObject({ code: 0 });
    const { run: record } = JSON.parse(await readFile(join(at('taught'), 'run.json'), 'utf8'));
    expect(record.teacher).toMatch(/^linear-words-3-\w+$/);
    const on = ['--init-from', at('taught'), '--learning-rate', '0.0001', '--run', at('on')];
    expect(await t2i('encoder', 'train', ...on, ...flags, ...steps)).toMatchObject({ code: 0 });
    const [before, after] = [
      await loadEncoder(join(at('taught'), 'encoder')),
      await loadEncoder(join(at('on'), 'encoder')),
    ];
    expect(JSON.parse(await readFile(join(at('on'), 'run.json'), 'utf8')).run.initFrom).toBe(before.id);
    const { tensors } = await after.toState();
    for (const [name, { data }] of Object.entries((await before.toState()).tensors)) {
      // two steps of RMSProp, each at most ten times the rate; first weights are drawn from U(-0.08, 0.08)
      expectAllClose(tensors[name]!.data, data, { absolute: 0.0021 });
    }
    await rm(join(at('on'), 'checkpoints'), { recursive: true }); // as after a kill before the first: it begins with them again
    await rename(at('taught'), at('elsewhere'));
    expect(await t2i('encoder', 'train', '--resume', at('on'))).toMatchObject({ code: 2 });
    await rename(at('elsewhere'), at('taught'));
    expect(await t2i('encoder', 'train', '--resume', at('on'), '--max-steps', '2')).toMatchObject({ code: 0 });
    expect((await loadEncoder(join(at('on'), 'encoder'))).id).toBe(after.id);
    await continues(at('on'), features, flags);
    const narrow = ['--init-from', at('taught'), '--run', at('no'), '--batch-size', '2', '--cnn-dim', '4'];
    expect(await t2i('encoder', 'train', ...narrow, ...flags)).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/A char-CNN-RNN cannot start from/),
    });
    const wrong = ['--teacher', at('words'), '--normalise', 'images', '--run', at('no')];
    expect(await t2i('encoder', 'train', ...wrong, ...flags, ...steps)).toMatchObject({
      code: 2,
      errors: expect.stringContaining('scale image features differently'),
    });
    await rename(at('words'), at('words-before'));
    const others = ['--kind', 'linear-words', '--batch-size', '2', '--max-steps', '3'];
    expect(await t2i('encoder', 'train', '--run', at('words'), ...flags, ...others)).toMatchObject({ code: 0 });
    expect(await t2i('encoder', 'train', '--resume', at('taught'), '--max-steps', '4')).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/the run was trained with the teacher linear-words-3-/),
    });
    expect(await t2i('encoder', 'export', at('taught'), ...flags, '--out', at('shipped-taught'))).toMatchObject({
      code: 0,
    });
    expect(await readFile(join(at('shipped-taught'), 'README.md'), 'utf8')).toContain(`"teacher": "${record.teacher}"`);

    const exported = await t2i('encoder', 'export', at('run'), ...flags, '--out', at('shipped'));
    expect(exported).toMatchObject({
      code: 0,
      errors: '',
      out: expect.stringMatching(/^char-cnn-rnn-3-\w+: top-1 [\d.]+ %/),
    });
    const files = [
      'README.md',
      'confusion.png',
      'embeddings.png',
      'encoder.json',
      'encoder.safetensors',
      'report.json',
    ];
    expect(await readdir(at('shipped'))).toEqual(expect.arrayContaining(files));
    const card = await readFile(join(at('shipped'), 'README.md'), 'utf8');
    expect(card).toContain('--cnn-dim 8 --batch-size 2');
    expect(card).toContain('| shipped (16 bits) | before rounding | chance |');
    expect(card).not.toContain(root);
    const shipped = await loadEncoder(at('shipped'));
    expect(exported.out).toContain(shipped.id);
    expect(await t2i('encoder', 'export', at('words'), ...flags, '--out', at('no'))).toMatchObject({
      code: 2,
      errors: expect.stringContaining('kind linear-words'),
    });

    const page = ['--out', at('page.html'), '-n', '3'];
    expect(await t2i('encoder', 'neighbours', at('shipped'), '<b>red</b>', ...flags, ...page)).toMatchObject({
      code: 0,
    });
    const html = await readFile(at('page.html'), 'utf8');
    expect([html.match(/<img /g)?.length, html.includes('&lt;b&gt;red')]).toEqual([3, true]);

    const other = await preparedColours(root, 'shades');
    const refusals: [string[], RegExp][] = [
      [
        ['--data', set.data, '--features', await featuresOf(set, at('f2'), 'other')],
        /features are of other, the encoder was trained with mean-colour/,
      ],
      [
        ['--data', set.data, '--features', await featuresOf(other, at('f3'), 'mean-colour')],
        /not those of the images of "colours"/,
      ],
      [['--data', set.data, '--features', at('nowhere')], /holds no finished image features/],
    ];
    for (const [wrong, message] of refusals) {
      const { code, errors } = await t2i('encoder', 'evaluate', at('run'), ...wrong);
      expect([code, errors]).toEqual([2, expect.stringMatching(message)]);
    }
  }));

const googlenet = fileURLToPath(
  new URL('../../../../../../shared/data/googlenet/bvlc_googlenet.safetensors', import.meta.url),
);

it.skipIf(!existsSync(googlenet))(`features of ${googlenet} are identified by image sizes and layers`, () =>
  withTemporaryDirectory(async (directory) => {
    const { data, from } = await preparedColours(directory, 'colours');
    const extract = (out: string, sides: string, ...flags: string[]) =>
      t2i(
        ...['encoder', 'features', '--data', data, '--from', from, '--googlenet', googlenet],
        ...['--views', 'whole', '--googlenet-sides', sides, ...flags, '--out', join(directory, out)],
      );
    const manifestOf = async (out: string) => JSON.parse(await readFile(join(directory, out, 'features.json'), 'utf8'));
    expect(await extract('small', '32,64')).toMatchObject({ code: 0 });
    expect(await manifestOf('small')).toMatchObject({
      dim: 1024,
      encoder: expect.stringMatching(/^googlenet-at-32-64-\w+$/),
    });
    const foreign = await extract('small', '96');
    expect([foreign.code, foreign.errors]).toEqual([
      2,
      expect.stringMatching(/googlenet-at-32-64-\w+, not googlenet-at-96/),
    ]);
    const odd = await extract('odd', '100');
    expect([odd.code, odd.errors]).toEqual([2, expect.stringContaining('multiples of 32')]);

    const layers = ['--googlenet-layers', 'pool2, inception_5b/1x1', '--googlenet-centre'];
    expect(await extract('layers', '32', ...layers)).toMatchObject({ code: 0 });
    expect(await manifestOf('layers')).toMatchObject({
      dim: 576,
      encoder: expect.stringMatching(/^googlenet-pool2-5b\.1x1-centre-at-32-\w+$/),
    });
    const unknown = await extract('unknown', '32', '--googlenet-layers', 'pool9');
    expect([unknown.code, unknown.errors]).toEqual([
      2,
      expect.stringMatching(/no layer "pool9"[\s\S]*inception_5b\/3x3/),
    ]);
  }),
);

it('one process at a time computes features, and a failure leaves no empty directory', () =>
  withTemporaryDirectory(async (directory) => {
    const out = join(directory, 'features');
    const compute = [
      'encoder',
      'features',
      '--data',
      directory,
      '--from',
      directory,
      '--googlenet',
      'none',
      '--out',
      out,
    ];
    await withDirectoryLock(out, 'computing features', async () => {
      expect(await t2i(...compute)).toMatchObject({ code: 2, errors: expect.stringContaining('is in use: process') });
    });
    expect(await t2i(...compute)).toMatchObject({
      code: 2,
      errors: expect.stringContaining('Cannot read the weights'),
    });
    expect(existsSync(out)).toBe(false);
  }));

it.each([
  {},
  { network: { kind: 'linear-words' }, split: 'train' },
  { teacher: 'runs/teacher' },
  {
    network: { kind: 'char-cnn-rnn', cnnDim: 256, rnn: 'gru18', normalise: 'both' },
    objective: { symmetric: false, margin: 0.5 },
    batches: { batchSize: 20, views: ['whole', 'middle'], captionsPerImage: 5, numCaptions: 4, wordDropout: 0.1 },
    trainer: { epochs: 7, learningRate: 0.001, learningRateDecay: 0.9 },
    seed: 3,
  },
])('the command on a model card gives the same settings: %o', async (settings) => {
  const config = parseEncoderConfig({ data: 'data/flowers', features: 'features', ...settings });
  const { code, out } = await t2i(...trainingCommand(config, 'flowers').split(' ').slice(1), '--dry-run');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual(config);
});

it('trains a word-CNN on changed captions, resumes it bit for bit, and refuses probabilities above 1', () =>
  withTemporaryDirectory(async (directory) => {
    const at = (name: string) => join(directory, name);
    const set = await preparedColours(directory, 'colours');
    const features = await featuresOf(set, at('features'), 'mean-colour', 64);
    const flags = ['--data', set.data, '--features', features, '--batch-size', '2'];
    const words = [
      '--kind',
      'word-cnn',
      '--word-dim',
      '4',
      '--channels',
      '4',
      '--roles',
      '2',
      '--min-count',
      '1',
      '--num-captions',
      '2',
    ];
    const said = [
      '--remove-beginning',
      '0.5',
      '--random-offset',
      '0.1',
      '--crop-clauses',
      '0.2',
      '--join-clauses',
      '0.2',
    ];
    const typed = [
      '--change-case',
      '0.1',
      '--change-punctuation',
      '0.2',
      '--typos',
      '0.1',
      '--character-dropout',
      '0.01',
    ];
    const learnt = [
      '--names',
      '0.2',
      '--contrast',
      '0.5',
      '--reading',
      '2',
      '--loudness',
      '1.5',
      '--optimiser',
      'adam',
    ];
    const told = [...words, ...said, ...typed, ...learnt];
    const train = (run: string, ...more: string[]) =>
      t2i('encoder', 'train', '--run', at(run), ...flags, ...told, ...more);
    expect(await train('whole', '--max-steps', '12')).toMatchObject({ code: 0 });
    expect(await train('parts', '--max-steps', '5')).toMatchObject({ code: 0 });
    expect(await t2i('encoder', 'train', '--resume', at('parts'), '--max-steps', '12')).toMatchObject({ code: 0 });
    const [whole, parts] = [
      await loadEncoder(join(at('whole'), 'encoder')),
      await loadEncoder(join(at('parts'), 'encoder')),
    ];
    expect(parts.id).toBe(whole.id);
    expect(whole.settings).toMatchObject({
      objective: { contrast: 0.5, reading: 2, loudness: 1.5 },
      optimiser: 'adam',
      batches: { names: 0.2, variation: { beginning: 0.5, letterCase: 0.1, punctuation: 0.2, join: 0.2 } },
    });
    expect(await t2i('encoder', 'evaluate', at('whole'), '--data', set.data, '--features', features)).toMatchObject({
      code: 0,
    });
    const shipped = ['--out', at('shipped'), '--data', set.data, '--features', features];
    expect(await t2i('encoder', 'export', at('whole'), ...shipped)).toMatchObject({ code: 0 });
    const card = await readFile(join(at('shipped'), 'README.md'), 'utf8');
    expect(card).toContain('# word-CNN, colours');
    expect(card).toContain('--kind word-cnn --min-count 1 --word-dim 4 --channels 4 --roles 2');
    expect(card).toContain([...said, ...typed, '--names', '0.2'].join(' '));
    for (const flag of ['--contrast 0.5 --reading 2 --loudness 1.5', '--optimiser adam']) expect(card).toContain(flag);
    const linear = ['--kind', 'linear-words', '--max-steps', '2', '--run', at('linear')];
    expect(await t2i('encoder', 'train', ...flags, ...linear)).toMatchObject({ code: 0 });
    expect(await train('from', '--init-from', at('linear'), '--max-steps', '2')).toMatchObject({ code: 0 });
    const [from, to] = [
      await loadEncoder(join(at('linear'), 'encoder')),
      await loadEncoder(join(at('from'), 'encoder')),
    ];
    const bias = async (encoder: typeof from, name: string) => (await encoder.toState()).tensors[name]!.data;
    expect(await bias(to, 'output/bias')).toEqual(await bias(from, 'bias'));
    const short = [
      '--data',
      set.data,
      '--features',
      await featuresOf(set, at('short'), 'mean-colour'),
      '--batch-size',
      '2',
    ];
    expect(
      await t2i('encoder', 'train', '--run', at('no'), ...short, '--kind', 'word-cnn', '--reading', '1'),
    ).toMatchObject({
      code: 2,
      errors: expect.stringContaining('takes 60 numbers of an embedding, the image features have 3'),
    });
    expect(await train('no', '--typos', '2')).toMatchObject({ code: 2 });
  }));
