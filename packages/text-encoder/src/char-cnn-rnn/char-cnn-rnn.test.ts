import '@tensorflow/tfjs-backend-cpu';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError, ConfigError, float32Tensor, Rng, roundedToFloat16, type StateDict, sizeOf } from '@t2i/core';
import { expectAllClose, relativeError, withTemporaryDirectory } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEncoder, saveEncoder } from '../node/encoder-directory.ts';
import { CharCnnRnn } from './char-cnn-rnn.ts';
import { resolveCharCnnRnnConfig } from './config.ts';
import { charCnnRnnShapes } from './network.ts';

beforeAll(() => tf.setBackend('cpu'));

const config = resolveCharCnnRnnConfig({ channels: [4, 6], cnnDim: 6, dim: 5 });

function weights(seed = 1): StateDict['tensors'] {
  const rng = new Rng(seed);
  const entries = Object.entries(charCnnRnnShapes(config)).map(([name, shape]) => [
    name,
    float32Tensor(
      shape,
      rng.normal(sizeOf(shape)).map((value) => 0.3 * value),
    ),
  ]);
  return Object.fromEntries(entries);
}

const encoder = CharCnnRnn.fromWeights(config, weights(), { trainedOn: 'nothing' });
const row = (data: Float32Array, i: number) => data.subarray(i * 5, (i + 1) * 5);

describe('CharCnnRnn', () => {
  it('has an id that changes with a weight and with the configuration', () => {
    const others = [
      CharCnnRnn.fromWeights(config, weights(2), null),
      CharCnnRnn.fromWeights({ ...config, characters: 'authors' }, weights(), null),
    ];
    expect(new Set([encoder, ...others].map(({ id }) => id)).size).toBe(3);
    expect(encoder.id).toMatch(/^char-cnn-rnn-5-[0-9a-f]{16}$/);
  });

  it('gives a caption the same embedding alone and in any company, in order', async () => {
    const captions = Array.from({ length: 150 }, (_, i) => `${'pink '.repeat((i * 7) % 43)}petals ${i}`);
    const { data, shape } = await encoder.encode(captions);
    expect(shape).toEqual([150, 5]);
    for (const i of [0, 1, 42, 149]) expect(row(data, i)).toEqual((await encoder.encode([captions[i]!])).data);
    const together = await encoder.encode(captions, { together: true });
    expectAllClose(together.data, data, { relative: 1e-4, absolute: 1e-6 });
    expect((await encoder.encode([])).shape).toEqual([0, 5]);
  });

  it('tells which words it never met, if it knows its vocabulary, and what is cut', async () => {
    const long = `${'red petals, '.repeat(17)}quantum`; // cut within the seventeenth “petals”
    expect(encoder.read('quantum petals')).toEqual({ unknown: [], corrected: [], cut: '' });
    const knowing = encoder.withVocabulary(['red', 'a', 'petal', 'petals']);
    expect(knowing.read('A rde petal, a rde')).toEqual({ unknown: ['rde'], corrected: [], cut: '' });
    expect(knowing.read(long)).toEqual({ unknown: [], corrected: [], cut: 'petals, quantum' });
    expect(knowing.id).toBe(encoder.id);
    expect((await knowing.encode(['red'])).data).toEqual((await encoder.encode(['red'])).data);
    const { tensors, metadata } = knowing.toState();
    expect(CharCnnRnn.fromState({ tensors, metadata }).read('quantum').unknown).toEqual(['quantum']);
    const broken = { tensors, metadata: { ...metadata, vocabulary: '[1]' } };
    expect(() => CharCnnRnn.fromState(broken)).toThrow(CheckpointError);
  });

  it('refuses empty captions', async () => {
    await expect(encoder.encode(['pink', ' \n'])).rejects.toThrow(ConfigError);
    await expect(encoder.encode(['pink', ' \n'])).rejects.toThrow('Caption 2 of 2 is empty.');
  });

  it('reads capitals as small letters, emoji as spaces, and the first 201 of 10,000 characters', async () => {
    const { data } = await encoder.encode(['A Pink🌸flower', 'a pink flower']);
    expect(row(data, 0)).toEqual(row(data, 1));
    const long = 'white petals '.repeat(800);
    const { data: cut } = await encoder.encode([long, long.slice(0, 201)]);
    expect(row(cut, 0)).toEqual(row(cut, 1));
  });

  it('gives embeddings of length 1 when it normalises', async () => {
    const { data } = await CharCnnRnn.fromWeights({ ...config, normalise: 'both' }, weights(), null).encode([
      'a',
      'pink',
    ]);
    for (const i of [0, 1]) expect(Math.hypot(...row(data, i))).toBeCloseTo(1, 5);
  });

  it('holds its weights on the backend once, and frees them', async () => {
    const own = CharCnnRnn.fromWeights(config, weights(), null);
    const before = tf.memory().numTensors;
    await own.encode(['pink']);
    const steady = tf.memory().numTensors;
    await own.encode(['pink', 'white petals']);
    expect(tf.memory().numTensors).toBe(steady);
    own.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect((await own.encode(['pink'])).data).toEqual((await encoder.encode(['pink'])).data);
    own.dispose();
  });
});

describe('the state of a CharCnnRnn', () => {
  it('comes back from files with the same id and the same embeddings', () =>
    withTemporaryDirectory(async (directory) => {
      await saveEncoder(directory, encoder);
      const loaded = await loadEncoder(directory);
      expect(loaded).toBeInstanceOf(CharCnnRnn);
      expect({ id: loaded.id, settings: loaded.settings }).toEqual({ id: encoder.id, settings: encoder.settings });
      expect((await loaded.encode(['a pink flower'])).data).toEqual((await encoder.encode(['a pink flower'])).data);
    }));

  it('may be of 16 bits: another encoder, near the first', () =>
    withTemporaryDirectory(async (directory) => {
      const { tensors } = encoder.toState();
      const halves = Object.fromEntries(Object.entries(tensors).map(([name, one]) => [name, roundedToFloat16(one)]));
      const rounded = CharCnnRnn.fromWeights(config, halves, encoder.settings);
      await saveEncoder(directory, rounded);
      const loaded = await loadEncoder(directory);
      expect(loaded.id).toBe(rounded.id);
      expect(loaded.id).not.toBe(encoder.id);
      const [{ data: a }, { data: b }] = await Promise.all([encoder.encode(['pink']), loaded.encode(['pink'])]);
      expect(relativeError(b, a)).toBeGreaterThan(0);
      expect(relativeError(b, a)).toBeLessThan(5e-3);
    }));

  const { tensors, metadata } = encoder.toState();
  const { 'conv2/bias': bias, ...without } = tensors;
  const damaged: Record<string, StateDict> = {
    'a missing weight': { tensors: without, metadata },
    'a weight of another shape': {
      tensors: { ...without, 'conv2/bias': float32Tensor([2], new Float32Array(2)) },
      metadata,
    },
    'an unknown weight': { tensors: { ...tensors, extra: bias! }, metadata },
    'no configuration': { tensors, metadata: { settings: 'null' } },
    'an unknown configuration': { tensors, metadata: { ...metadata, config: '{"rnn":"lstm"}' } },
    'a configuration that is none': { tensors, metadata: { ...metadata, config: 'null' } },
  };
  it.each(Object.entries(damaged))('is refused with %s', (_, state) => {
    expect(() => CharCnnRnn.fromState(state)).toThrow(CheckpointError);
  });

  it('is refused when its file is truncated', () =>
    withTemporaryDirectory(async (directory) => {
      await saveEncoder(directory, encoder);
      await truncate(join(directory, 'encoder.safetensors'), 2000);
      await expect(loadEncoder(directory)).rejects.toThrow(CheckpointError);
    }));
});
