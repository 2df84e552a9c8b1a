import '@tensorflow/tfjs-backend-cpu';
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckpointError, EmbeddingDimensionError, type StateDict, toRgbImages } from '@t2i/core';
import { writeJsonFile } from '@t2i/core/node';
import { readSafetensors, writeSafetensors } from '@t2i/formats';
import { maxDifference, withTemporaryDirectory } from '@t2i/test-utils';
import type { CaptionCompletion } from '@t2i/text-encoder';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bagOfWords, charCnnRnn, FACTS, publish, smallModel } from './__fixtures__/small-published.ts';
import { revisionOf } from './manifest.ts';
import {
  isModelDirectory,
  openModelDirectory,
  openModelEncoder,
  readModelManifest,
} from './node/open-model-directory.ts';
import { TextToImage } from './text-to-image.ts';

const request = { captions: ['a pink flower', 'white petals'], seed: 7, perCaption: 3 };
const encoder = charCnnRnn(6);
let trained: TextToImage;
let root: string;

beforeAll(async () => {
  await tf.setBackend('cpu');
  trained = new TextToImage(await smallModel(6), encoder);
  root = await mkdtemp(join(tmpdir(), 't2i-published-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const publishTrained = (directory: string, precision?: 'float16' | 'float32', completion?: CaptionCompletion) =>
  publish(directory, trained.model as Awaited<ReturnType<typeof smallModel>>, encoder, precision, completion);

describe('a published model', () => {
  it('consists of three self-describing files', async () => {
    const manifest = await publishTrained(root);
    expect((await readdir(root)).sort()).toEqual(['encoder.safetensors', 'generator.safetensors', 'model.json']);
    expect(await isModelDirectory(root)).toBe(true);
    expect(await readModelManifest(root)).toEqual(manifest);
    expect(manifest).toMatchObject({
      precision: 'float16',
      imageSize: 32,
      noiseDim: 5,
      generator: { averaged: true, config: { generatorFilters: 2 } },
      encoder: { kind: 'char-cnn-rnn', dim: 6, trainedWith: encoder.id },
      facts: FACTS,
      license: 'CC0-1.0',
    });
    expect(manifest.generator.config).not.toHaveProperty('discriminatorFilters');
    expect(manifest.encoder.id).not.toBe(encoder.id);
    const { tensors } = readSafetensors(await readFile(join(root, 'generator.safetensors')));
    expect(Object.keys(tensors).filter((name) => !name.startsWith('generator/'))).toEqual([]);
    expect(tensors['generator/deconv8/kernel']!.dtype).toBe('F16');
    expect(tensors['generator/norm8/moving_variance']!.dtype).toBe('F32');
  });

  it('opens its encoder, and no other', async () => {
    const manifest = await publishTrained(root);
    const opened = await openModelEncoder(root);
    expect(opened.id).toBe(manifest.encoder.id);
    const [data, exact] = await Promise.all(
      [opened, encoder].map(async (each) => (await each.encode(request.captions)).data),
    );
    expect(maxDifference(data!, exact!)).toBeLessThan(0.01);
    for (const each of [opened, encoder]) each.dispose!();
    await truncate(join(root, 'encoder.safetensors'), 100);
    await expect(openModelEncoder(root)).rejects.toThrow(CheckpointError);
  });

  it('completes captions that do not begin like the data, for every caller', async () => {
    const completion = { prefix: 'this flower has petals that are', unless: ['this', 'a'] };
    const plain = await publishTrained(root);
    const manifest = await publishTrained(root, 'float16', completion);
    expect(manifest.encoder.completion).toEqual(completion);
    expect(revisionOf(manifest)).not.toBe(revisionOf(plain));
    const published = await openModelDirectory(root);
    const whole = `${completion.prefix} white petals`;
    const generate = async (caption: string) => (await published.generate({ captions: [caption], seed: 7 })).data;
    expect(await generate('white petals')).toEqual(await generate(whole));
    expect(await generate('a pink flower')).not.toEqual(await generate(whole));
    expect((await published.encoder.encode(['white petals'])).data).toEqual(
      (await published.encoder.encode([whole])).data,
    );
    expect(await published.deviation()).toBeLessThan(0.001);
    published.dispose();
    const raw = await openModelEncoder(root); // to train another generator with: as it was trained
    expect(raw.id).toBe(manifest.encoder.id);
    raw.dispose!();
  });

  it('generates what the trained model generates, within a step of a pixel', async () => {
    const before = tf.memory().numTensors;
    await publishTrained(root);
    const published = await openModelDirectory(root);
    const [images, exact] = [await published.generate(request), await trained.generate(request)];
    expect(images.shape).toEqual([6, 32, 32, 3]);
    const pixels = (batch: typeof images) => toRgbImages(batch).flatMap(({ data }) => [...data]);
    expect(maxDifference(images.data, exact.data)).toBeGreaterThan(0);
    expect(maxDifference(pixels(images), pixels(exact))).toBeLessThanOrEqual(1);
    published.dispose();
    trained.encoder.dispose!();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps every bit in float32', () =>
    withTemporaryDirectory(async (directory) => {
      const manifest = await publishTrained(directory, 'float32');
      expect(manifest.encoder.id).toBe(encoder.id);
      const published = await openModelDirectory(directory);
      expect((await published.generate(request)).data).toEqual((await trained.generate(request)).data);
      published.dispose();
    }));

  it('distinguishes a correct backend from a wrong one', async () => {
    const { check } = await publishTrained(root);
    expect(check.values).toHaveLength(96);
    expect(new Set(check.values).size).toBeGreaterThan(48);
    const published = await openModelDirectory(root);
    expect(await published.deviation()).toBeLessThan(1e-4);
    const generate = published.model.generate.bind(published.model);
    published.model.generate = async (input) => {
      const { data, shape } = await generate(input);
      return { shape, data: data.map((value, i) => (i % 2 === 0 ? value : 0)) };
    };
    expect(await published.deviation()).toBeGreaterThan(0.02);
    published.dispose();
  });

  it('has bytes and a revision that depend only on its weights', async () => {
    const manifest = await publishTrained(root);
    await withTemporaryDirectory(async (directory) => {
      expect(revisionOf(await publishTrained(directory))).toBe(revisionOf(manifest));
      const other = await publish(directory, await smallModel(bagOfWords.dim, 5), bagOfWords);
      expect(revisionOf(other)).not.toBe(revisionOf(manifest));
    });
  });
});

describe('a damaged directory', () => {
  const opened = (damage: (directory: string) => Promise<unknown>) =>
    withTemporaryDirectory(async (directory) => {
      await publishTrained(directory);
      await damage(directory);
      return openModelDirectory(directory);
    });

  it.each(['model.json', 'generator.safetensors', 'encoder.safetensors'])('without %s names it', async (name) => {
    const failed = opened((directory) => rm(join(directory, name)));
    await expect(failed).rejects.toThrow(CheckpointError);
    await expect(failed).rejects.toThrow(`${name}: it does not exist`);
  });

  it.skipIf(process.platform === 'win32').each(['model.json', 'generator.safetensors', 'encoder.safetensors'])(
    'whose %s is a link to elsewhere is refused, though what it leads to is right',
    (name) =>
      withTemporaryDirectory(async (elsewhere) => {
        const failed = opened(async (directory) => {
          await copyFile(join(directory, name), join(elsewhere, name));
          await rm(join(directory, name));
          await symlink(join(elsewhere, name), join(directory, name));
        });
        await expect(failed).rejects.toThrow(CheckpointError);
        await expect(failed).rejects.toThrow(`${name} leads outside`);
      }),
  );

  it('with a truncated file is refused', async () => {
    const failed = opened((directory) => truncate(join(directory, 'generator.safetensors'), 1000));
    await expect(failed).rejects.toThrow(/generator.safetensors is not what was published: .* these are 1000/);
  });

  it('with one changed bit is refused, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const failed = opened(async (directory) => {
      const path = join(directory, 'encoder.safetensors');
      const bytes = await readFile(path);
      bytes[bytes.length - 1]! ^= 1;
      await writeFile(path, bytes);
    });
    await expect(failed).rejects.toThrow(/encoder.safetensors is not what was published: .* other ones/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['is not JSON', () => '<!doctype html>', /not valid JSON/],
    ['is of a later version', (text) => text.replace('"version": 1', '"version": 2'), /format version 2/],
    ['is something else', () => '{"name": "x"}', /does not describe a published model/],
    [
      'leads elsewhere',
      (text) => text.replace('"generator.s', '"../generator.s'),
      /does not describe a published model/,
    ],
    [
      'has an impossible generator',
      (text) => text.replace('"noiseDim": 5,\n      ', '"noiseDim": 0,\n      '),
      /noiseDim/,
    ],
    [
      'asks for more than all memory',
      (text) => text.replace('"embeddingDim": 6', '"embeddingDim": 9007199254740991'),
      /Too big: expected number to be <=65536\s+→ at embeddingDim/,
    ],
    [
      'asks for far more than its weights',
      (text) =>
        text
          .replace('"generatorFilters": 2', '"generatorFilters": 1024')
          .replace('"imageSize": 32,\n      "emb', '"imageSize": 128,\n      "emb')
          .replace('"imageSize": 32', '"imageSize": 128'),
      /"generator\/deconv4\/kernel" is F16 \[9, 128\], the model's F16 \[9, 262144\]/,
    ],
    ['says two things of one number', (text) => text.replace('"noiseDim": 5', '"noiseDim": 6'), /noiseDim/],
    [
      'says two lengths of an embedding',
      (text) => text.replace('"dim": 6', '"dim": 7'),
      /is 7, but the generator is configured for 6/,
    ],
    [
      'names another encoder',
      (text) => text.replace(/"id": "char-cnn-rnn-6-\w/, '"id": "char-cnn-rnn-6-x'),
      /names the encoder/,
    ],
    [
      'tells of other sizes',
      (text) => text.replaceAll('"noiseDim": 5', '"noiseDim": 6'),
      /"generator\/deconv4\/kernel" is F16/,
    ],
  ])('whose model.json %s is refused', async (_, change, message) => {
    const failed = opened(async (directory) => {
      const path = join(directory, 'model.json');
      const text = await readFile(path, 'utf8');
      expect(change(text)).not.toBe(text);
      await writeFile(path, change(text));
    });
    await expect(failed).rejects.toThrow(CheckpointError);
    await expect(failed).rejects.toThrow(message);
  });
});

describe('weights that match their hashes', () => {
  /** Changes a tensor of a published model, and its manifest with it. */
  const republished = (
    part: 'generator' | 'encoder',
    change: (tensors: StateDict['tensors']) => StateDict['tensors'],
  ) =>
    withTemporaryDirectory(async (directory) => {
      const { check, ...manifest } = await publishTrained(directory, 'float32');
      const { name } = manifest[part].file;
      const { tensors, metadata } = readSafetensors(await readFile(join(directory, name)));
      const bytes = writeSafetensors({ tensors: change(tensors), metadata });
      await writeFile(join(directory, name), bytes);
      const file = { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
      await writeJsonFile(join(directory, 'model.json'), { ...manifest, check, [part]: { ...manifest[part], file } });
      return openModelDirectory(directory);
    });
  const replaced = (name: string, value: (old: number) => number) => (tensors: StateDict['tensors']) => {
    const data = Float32Array.from(tensors[name]!.data, value);
    return { ...tensors, [name]: { ...tensors[name]!, data } };
  };

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'are refused with a %d among them, before anything is built',
    async (value) => {
      trained.encoder.dispose!(); // it keeps its weights on the backend
      const before = tf.memory().numTensors;
      const generator = republished(
        'generator',
        replaced('generator/norm8/gamma', () => value),
      );
      await expect(generator).rejects.toThrow(CheckpointError);
      await expect(generator).rejects.toThrow('"generator/norm8/gamma" holds a value that is not finite');
      await expect(
        republished(
          'encoder',
          replaced('output/bias', () => value),
        ),
      ).rejects.toThrow('not finite');
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it.each<[string, ReturnType<typeof replaced>, RegExp]>([
    ['whose image is another', replaced('generator/text/kernel', (old) => 1 - old), /a value differs by \d\.\d{3}/],
    ['whose image is no number', replaced('generator/norm8/moving_variance', () => -5), /a value is NaN/],
  ])('are refused when they are of a model %s', async (_, change, message) => {
    trained.encoder.dispose!(); // it keeps its weights on the backend
    const before = tf.memory().numTensors;
    const opened = republished('generator', change);
    await expect(opened).rejects.toMatchObject({ code: 'ERR_BACKEND', hint: expect.any(String) });
    await expect(opened).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('TextToImage', () => {
  it('interpolates between captions and between noises', async () => {
    const first = (await trained.generate({ captions: ['a pink flower'], seed: 7 })).data;
    const size = first.length;
    const walk = await trained.interpolateCaptions('a pink flower', 'white petals', { seed: 7, steps: 3 });
    expect(maxDifference(walk.data.subarray(0, size), first)).toBeLessThan(1e-5);
    const drift = await trained.interpolateNoise('a pink flower', { fromSeed: 7, toSeed: 8, steps: 2 });
    expect(maxDifference(drift.data.subarray(0, size), first)).toBeLessThan(1e-5);
    const end = (await trained.generate({ captions: ['a pink flower'], seed: 8 })).data;
    expect(maxDifference(drift.data.subarray(size), end)).toBeLessThan(1e-5);
  });

  it('rejects an encoder of another length', () => {
    expect(() => new TextToImage(trained.model, charCnnRnn(7))).toThrow(EmbeddingDimensionError);
  });
});
