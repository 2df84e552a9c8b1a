import '@tensorflow/tfjs-backend-cpu';
import { CheckpointError, ConfigError, float32Tensor, Rng } from '@t2i/core';
import { expectAllClose, maxDifference } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { COLOUR_LABELS } from '../joint-embedding/colour-labels.ts';
import { JointEmbedding } from '../joint-embedding/joint-embedding.ts';
import { contrastLoss, readingLoss } from '../joint-embedding/loss.ts';
import { quietDirections } from '../joint-embedding/quiet-directions.ts';
import { LinearWords } from '../linear-words/linear-words.ts';
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
const withRoles: WordCnnConfig = golden.roles.sizes;
const captions = golden.rows.map((ids) => (ids.length === 0 ? 'quantum' : ids.map((id) => WORDS[id]).join(' ')));

const NETWORKS = {
  summed: { config, ...golden },
  roles: { config: withRoles, ...golden.roles },
} as const;

function goldenEncoder(network: keyof typeof NETWORKS = 'summed'): WordCnn {
  const weights = NETWORKS[network].weights as Record<string, number[]>;
  const sizes = NETWORKS[network].config;
  const tensors = Object.entries(wordCnnShapes(WORDS.length, sizes)).map(
    ([name, shape]) => [name, float32Tensor(shape, Float32Array.from(weights[name]!))] as const,
  );
  return WordCnn.fromWeights(WORDS, sizes, Object.fromEntries(tensors), { made: 'by hand' });
}

describe('WordCnn', () => {
  it.each([
    ['summed', true],
    ['summed', false],
    ['roles', true],
    ['roles', false],
  ] as const)(
    'gives the numbers of the loops in NumPy, whatever the captions beside; %s, together: %s',
    async (network, together) => {
      const encoder = goldenEncoder(network);
      // a pause counts between clauses alone: the golden rows that end or begin with one are told by ids
      const told = captions.filter((text) => !/^,|,$/.test(text));
      const { data, shape } = await encoder.encode(told, { together });
      expect(shape).toEqual([told.length, config.dim]);
      const expected = told.flatMap((text) => NETWORKS[network].embeddings[captions.indexOf(text)]!);
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
    expect(() => resolveWordCnnConfig({ dim: 4, roles: 0 })).toThrow(/roles must be/);
    expect(() => resolveWordCnnConfig({})).toThrow(/dim must be/);
  });
});

describe('WordCnnNetwork', () => {
  it.each([
    ['rmsprop', config],
    ['adam', withRoles],
  ] as const)(
    'becomes an encoder that embeds as it does, and leaves no tensors behind; %s',
    async (optimiser, sizes) => {
      const before = tf.memory().numTensors;
      const network = new WordCnnNetwork(new Vocabulary(WORDS), sizes, new Rng(3));
      const joint = new JointEmbedding(network, { contrast: 1 }, { optimiser });
      const features = { data: new Rng(4).normal(3 * config.dim), shape: [3, config.dim] as const };
      const captions = ['this flower has red petals', 'white petals', 'red flower'];
      const edited = { texts: ['this flower has white petals', 'red petals'], of: [0, 1] };
      const batch = { features, captions, edited, read: ['this flower has red flower'] };
      const options = { learningRate: 0.01, rng: new Rng(1) };
      const first = await joint.step(batch, options);
      const steady = tf.memory().numTensors;
      let last = first;
      for (let i = 0; i < 60; i++) last = await joint.step(batch, options);
      expect(tf.memory().numTensors).toBe(steady);
      expect(last['loss/joint']).toBeLessThan(first['loss/joint']! / 2);
      expect(last['loss/contrast']).toBeLessThan(first['loss/contrast']! / 2);
      const encoder = await joint.encoder(null);
      const own = tf.tidy(() => network.embed(captions).dataSync().slice());
      expect(maxDifference((await encoder.encode(captions)).data, own as Float32Array)).toBeLessThan(1e-4);
      encoder.dispose!();
      joint.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('comes to say which part has which colour, in captions that it has not seen too', async () => {
    const dim = 64;
    const network = new WordCnnNetwork(
      new Vocabulary([...WORDS, 'center', 'a', 'with']),
      { ...withRoles, wordDim: 8, channels: 16, dim },
      new Rng(3),
    );
    const features = { data: new Rng(4).normal(2 * dim).map((x) => x / 10), shape: [2, dim] as const };
    const directions = await quietDirections(features.data, dim, COLOUR_LABELS);
    const joint = new JointEmbedding(network, { reading: 100 }, { optimiser: 'adam', directions });
    const said = (petals: string, centre: string) => `${petals} petals with a ${centre} center`;
    const captions = [said('red', 'white'), said('white', 'red')];
    const read = ['red petals', 'white petals', 'a red center', 'a white center', 'this flower has red petals'];
    const step = () => joint.step({ features, captions, read }, { learningRate: 0.02, rng: new Rng(1) });
    const first = await step();
    let last = first;
    for (let i = 0; i < 150; i++) last = await step();
    expect(last['loss/reading']).toBeLessThan(first['loss/reading']! / 4);
    const [red, white, other] = tf.tidy(() => {
      const embedded = network.embed([
        'this flower has red petals, a white center',
        'this flower has white petals, a red center',
        captions[0]!,
      ]);
      return embedded.arraySync() as number[][];
    });
    const distance = (a: number[], b: number[]) => Math.hypot(...a.map((x, k) => x - b[k]!));
    expect(distance(red!, other!)).toBeLessThan(distance(white!, other!) / 2);
    joint.dispose();
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

describe('WordCnnNetwork.startFrom', () => {
  const counting = (dim: number) =>
    LinearWords.fromWeights(
      ['petals', 'red', 'unheard'],
      {
        kernel: float32Tensor([3, dim], new Rng(5).normal(3 * dim)),
        bias: float32Tensor([dim], new Rng(6).normal(dim)),
      },
      null,
    );

  it('embeds at first as the linear map does, by the words that both know', async () => {
    const network = new WordCnnNetwork(new Vocabulary(WORDS), withRoles, new Rng(3));
    const words = counting(config.dim);
    expect(network.startFrom(words)).toBe(true);
    const own = tf.tidy(() => network.embed(['red petals', 'white red']).dataSync());
    expectAllClose(own, (await words.encode(['red petals', 'red'])).data, { absolute: 1e-5 });
    expect(network.startFrom(counting(config.dim + 1))).toBe(false);
    network.dispose();
  });
});

it('contrastLoss is that of the loops in NumPy', () => {
  const { contrast } = golden;
  const value = tf.tidy(() => {
    const of = (rows: number[][]) => tf.tensor2d(rows);
    const { images, captions, edits, mean } = contrast;
    const rows = { images: of(images), captions: of(captions), edits: of(edits), mean: of(mean) };
    return contrastLoss(rows, contrast.margin).dataSync()[0]!;
  });
  expect(value).toBeCloseTo(contrast.loss, 5);
});

it('readingLoss is that of the loops in NumPy', () => {
  const { embeddings, directions, labels, weights, amplitude, loss } = golden.reading;
  const value = tf.tidy(() => {
    const said = { labels: tf.tensor2d(labels), weights: tf.tensor1d(weights) };
    return readingLoss(tf.tensor2d(embeddings), tf.tensor2d(directions), said, amplitude).dataSync()[0]!;
  });
  expect(value).toBeCloseTo(loss, 4);
});
