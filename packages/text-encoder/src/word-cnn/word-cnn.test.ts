import '@tensorflow/tfjs-backend-cpu';
import { CheckpointError, ConfigError, float32Tensor, Rng } from '@t2i/core';
import { expectAllClose, maxDifference } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { JointEmbedding } from '../joint-embedding/joint-embedding.ts';
import { contrastLoss } from '../joint-embedding/loss.ts';
import { restoreEncoder, roundedEncoder } from '../restore-encoder.ts';
import golden from './__fixtures__/golden.json' with { type: 'json' };
import { resolveWordCnnConfig, type WordCnnConfig } from './config.ts';
import { wordCnnShapes } from './network.ts';
import { WordCnnNetwork } from './trainable-network.ts';
import { Vocabulary } from './vocabulary.ts';
import { WordCnn } from './word-cnn.ts';

beforeAll(() => tf.setBackend('cpu'));

const WORDS = ['this', 'flower', 'has', 'red', 'petals', 'white', ','];
const config: WordCnnConfig = golden.sizes;
const captions = golden.rows.map((ids) => (ids.length === 0 ? 'quantum' : ids.map((id) => WORDS[id]).join(' ')));

function goldenEncoder(): WordCnn {
  const weights = golden.weights as Record<string, number[]>;
  const tensors = Object.entries(wordCnnShapes(WORDS.length, config)).map(
    ([name, shape]) => [name, float32Tensor(shape, Float32Array.from(weights[name]!))] as const,
  );
  return WordCnn.fromWeights(WORDS, config, Object.fromEntries(tensors), { made: 'by hand' });
}

describe('WordCnn', () => {
  it.each([true, false])(
    'gives the numbers of the loops in NumPy, whatever the captions beside; together: %s',
    async (together) => {
      const encoder = goldenEncoder();
      // a pause counts between clauses alone: the golden rows that end or begin with one are told by ids
      const told = captions.filter((text) => !/^,|,$/.test(text));
      const { data, shape } = await encoder.encode(told, { together });
      expect(shape).toEqual([told.length, config.dim]);
      const expected = told.flatMap((text) => golden.embeddings[captions.indexOf(text)]!);
      expectAllClose(data, Float32Array.from(expected), { absolute: 1e-5 });
      for (const [i, text] of told.entries()) {
        const alone = await encoder.encode([text]);
        expect(maxDifference(alone.data, data.subarray(i * config.dim, (i + 1) * config.dim))).toBeLessThan(1e-6);
      }
      encoder.dispose();
    },
  );

  it('tells what it does not know', () => {
    const reading = goldenEncoder().read('quantum red pteals');
    expect(reading).toEqual({ unknown: ['quantum'], corrected: [{ typed: 'pteals', as: 'petals' }], cut: '' });
    expect(goldenEncoder().read(`${'red '.repeat(128)}white petals`).cut).toBe('white petals');
  });

  it('hears which word stands beside which', async () => {
    const encoder = goldenEncoder();
    const { data } = await encoder.encode([
      'red petals white flower',
      'white petals red flower',
      'RED petals; white flower.',
    ]);
    const row = (i: number) => data.subarray(i * config.dim, (i + 1) * config.dim);
    expect(maxDifference(row(0), row(1))).toBeGreaterThan(0.1);
    encoder.dispose();
  });

  it('is restored as it was, and keeps its id apart from other vocabularies', async () => {
    const encoder = goldenEncoder();
    const { kind, id, dim } = encoder;
    const restored = await restoreEncoder({ kind, id, dim }, encoder.toState());
    expect((await restored.encode(['red petals'])).data).toEqual((await encoder.encode(['red petals'])).data);
    expect(restored.settings).toEqual({ made: 'by hand' });
    expect((await roundedEncoder(encoder)).id).not.toBe(id);
    const { tensors, metadata } = encoder.toState();
    expect(WordCnn.fromWeights([...WORDS].reverse(), config, tensors, null).id).not.toBe(id);
    expect(() => WordCnn.fromState({ tensors, metadata: { ...metadata, vocabulary: '[1]' } })).toThrow(CheckpointError);
    expect(() => WordCnn.fromState({ tensors, metadata: { ...metadata, config: '{"dim":0}' } })).toThrow(
      CheckpointError,
    );
    expect(() => WordCnn.fromWeights(WORDS.slice(1), config, tensors, null)).toThrow(CheckpointError);
    await expect(encoder.encode(['red', ' '])).rejects.toThrow(ConfigError);
    for (const each of [encoder, restored]) each.dispose!();
  });

  it('refuses sizes that are none', () => {
    expect(() => resolveWordCnnConfig({ dim: 4, channels: 0 })).toThrow(/channels must be/);
    expect(() => resolveWordCnnConfig({ dim: 4, width: 3 } as object)).toThrow(/width is no setting/);
    expect(() => resolveWordCnnConfig({})).toThrow(/dim must be/);
  });
});

describe('WordCnnNetwork', () => {
  it('becomes an encoder that embeds as it does, and leaves no tensors behind', async () => {
    const before = tf.memory().numTensors;
    const network = new WordCnnNetwork(new Vocabulary(WORDS), config, new Rng(3));
    const joint = new JointEmbedding(network, { contrast: 1 });
    const features = { data: new Rng(4).normal(3 * config.dim), shape: [3, config.dim] as const };
    const captions = ['this flower has red petals', 'white petals', 'red flower'];
    const edited = ['this flower has white petals', 'red petals', 'red flower'];
    const options = { learningRate: 0.01, rng: new Rng(1) };
    const first = await joint.step({ features, captions, edited }, options);
    let last = first;
    for (let i = 0; i < 60; i++) last = await joint.step({ features, captions, edited }, options);
    expect(last['loss/joint']).toBeLessThan(first['loss/joint']! / 2);
    expect(last['loss/contrast']).toBeLessThan(first['loss/contrast']! / 2);
    const encoder = await joint.encoder(null);
    const own = tf.tidy(() => network.embed(captions).dataSync().slice());
    expect(maxDifference((await encoder.encode(captions)).data, own as Float32Array)).toBeLessThan(1e-4);
    encoder.dispose!();
    joint.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('draws the same first weights from the same seed', () => {
    const weights = [1, 1, 2].map((seed) => {
      const network = new WordCnnNetwork(new Vocabulary(WORDS), config, new Rng(seed));
      const values = network.variables['conv1/kernel']!.dataSync().slice();
      network.dispose();
      return values;
    });
    expect(weights[0]).toEqual(weights[1]);
    expect(weights[0]).not.toEqual(weights[2]);
  });
});

it('contrastLoss is that of the loops in NumPy', () => {
  const { contrast } = golden;
  const value = tf.tidy(() => {
    const of = (rows: number[][]) => tf.tensor2d(rows);
    const { images, captions, edits, edited } = contrast;
    const rows = { images: of(images), captions: of(captions), edits: of(edits), isEdited: of(edited.map((x) => [x])) };
    return contrastLoss(rows, contrast.margin).dataSync()[0]!;
  });
  expect(value).toBeCloseTo(contrast.loss, 5);
});
