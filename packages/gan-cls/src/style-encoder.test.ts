import '@tensorflow/tfjs-backend-cpu';
import { CheckpointError, ConfigError, Rng, type StateDict, type TextToImageModel } from '@t2i/core';
import { readSafetensors, writeSafetensors } from '@t2i/formats';
import { expectAllClose } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { byPattern } from './__fixtures__/pattern.ts';
import { randomEmbeddings, randomImages, smallModel } from './__fixtures__/small-model.ts';
import type { GanCls } from './gan-cls.ts';
import { StyleEncoder, type StyleEncoderConfig, styleEncoderConfigSchema, styleLoss } from './style-encoder.ts';

beforeAll(() => tf.setBackend('cpu'));

const CONFIG = styleEncoderConfigSchema.parse({ imageSize: 32, noiseDim: 5, filters: 2, residual: false });
const learningRate = 1e-2;

/** A generator whose images differ: initial weights give an even grey. */
async function generator(): Promise<GanCls> {
  const model = smallModel();
  await model.load(byPattern(await model.state()));
  return model;
}

/** Shows z as red and blue, the caption as green. */
const colourModel: TextToImageModel = {
  specificationVersion: 'v1',
  imageSize: 32,
  noiseDim: 2,
  embeddingDim: 6,
  maxImagesPerCall: 64,
  async generate({ embeddings: { data: phi, shape }, noise }) {
    const colours = Array.from({ length: shape[0] }, (_, row) =>
      [noise[2 * row]!, phi[6 * row]!, noise[2 * row + 1]!].map((value) => Math.tanh(value / 2)),
    );
    const data = Float32Array.from(
      { length: shape[0] * 32 * 32 * 3 },
      (_, i) => colours[Math.floor(i / 3072)]![i % 3]!,
    );
    return { data, shape: [shape[0], 32, 32, 3] };
  },
  dispose() {},
};

async function withStyle<T>(
  use: (style: StyleEncoder, model: GanCls) => Promise<T>,
  changes: Partial<StyleEncoderConfig> = {},
): Promise<T> {
  const model = await generator();
  const style = new StyleEncoder({ ...CONFIG, ...changes }, model, new Rng(1));
  try {
    return await use(style, model);
  } finally {
    style.dispose();
    model.dispose();
  }
}

async function train(style: StyleEncoder, steps: number, rng: Rng) {
  for (let step = 0; step < steps; step++) await style.step(randomEmbeddings(rng, 8), { learningRate, rng });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('styleLoss', () => {
  it('is the squared distance of equation 6 divided by the length of z, a mean over the rows', async () => {
    const z = tf.tensor2d([1, 2, -1, 0], [2, 2]);
    const s = tf.tensor2d([0, 2, 1, 3], [2, 2]);
    expect((await styleLoss(z, s).data())[0]).toBeCloseTo((1 + 0 + (4 + 9)) / 2 / 2, 6);
    expect((await styleLoss(z, tf.zerosLike(z)).data())[0]).toBeCloseTo((1 + 4 + 1) / 4, 6);
  });

  it('has the gradient of finite differences', async () => {
    const rng = new Rng(3);
    const z = tf.tensor2d(rng.normal(15), [3, 5]);
    const s = rng.normal(15);
    const gradient = await tf
      .grad((x) => styleLoss(z, x as tf.Tensor2D))(tf.tensor2d(s, [3, 5]))
      .data();
    const at = async (k: number, change: number) =>
      (
        await styleLoss(
          z,
          tf.tensor2d(
            s.map((value, i) => (i === k ? value + change : value)),
            [3, 5],
          ),
        ).data()
      )[0]!;
    const numeric = await Promise.all(
      Array.from(s, async (_, k) => ((await at(k, 0.05)) - (await at(k, -0.05))) / 0.1),
    );
    expectAllClose(gradient, Float32Array.from(numeric), { relative: 1e-3, absolute: 1e-5 });
  });
});

describe('step', () => {
  it('follows the gradient of the whole of S', () =>
    withStyle(async (style) => {
      // A small step against the gradient g lowers the loss by lr·‖g‖²; Adam's first step is lr·sign(g), so by lr·‖g‖₁.
      const start = await style.state();
      const embeddings = randomEmbeddings(new Rng(5), 16);
      const lossAfter = async (rate: number) => {
        await style.load(start);
        if (rate > 0) await style.step(embeddings, { learningRate: rate, rng: new Rng(6) });
        return (await style.step(embeddings, { learningRate: 0, rng: new Rng(6) }))['loss/style']!;
      };
      const [unmoved, little, twice] = [await lossAfter(0), await lossAfter(1e-5), await lossAfter(2e-5)];
      expect(little).toBeLessThan(unmoved);
      expect((unmoved - twice) / (unmoved - little)).toBeCloseTo(2, 1);
    }));

  it('learns to recover the noise of seen and unseen images', async () => {
    const style = new StyleEncoder({ ...CONFIG, noiseDim: 2 }, colourModel, new Rng(1));
    const rng = new Rng(2);
    const losses: number[] = [];
    for (let step = 0; step < 60; step++) {
      losses.push((await style.step(randomEmbeddings(rng, 8), { learningRate, rng }))['loss/style']!);
    }
    expect(mean(losses.slice(0, 5))).toBeGreaterThan(0.5); // 1 is to know nothing
    expect(mean(losses.slice(-5))).toBeLessThan(0.2);

    const [embeddings, noise] = [randomEmbeddings(rng, 40), rng.normal(40 * 2)];
    const found = await style.encode(await colourModel.generate({ embeddings, noise }));
    expect(mean(Array.from(noise, (value, i) => (value - found[i]!) ** 2))).toBeLessThan(0.3);
    style.dispose();
  });

  it('leaves the generator as it is', () =>
    withStyle(async (style, model) => {
      const before = await model.state();
      await train(style, 2, new Rng(2));
      expect(await model.state()).toEqual(before);
    }));

  it.each([{}, { residual: true }, { leakyAfterThird: false }])(
    'keeps the number of tensors, and dispose frees them: %o',
    async (changes) => {
      const before = tf.memory().numTensors;
      await withStyle(async (style) => {
        const rng = new Rng(2);
        await train(style, 1, rng);
        const steady = tf.memory();
        await style.load(await style.state());
        await style.encode(randomImages(rng, 3));
        await train(style, 2, rng);
        expect(tf.memory()).toMatchObject({ numTensors: steady.numTensors, numDataBuffers: steady.numDataBuffers });
      }, changes);
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});

describe('state and load', () => {
  it('continue bit for bit, through a file', () =>
    withStyle(async (style, model) => {
      const rng = new Rng(3);
      await train(style, 2, rng);
      const file = writeSafetensors(await style.state());
      const position = rng.getState();
      await train(style, 2, rng);

      const { tensors, metadata } = readSafetensors(file);
      const config = styleEncoderConfigSchema.parse(JSON.parse(metadata.config!));
      const resumed = new StyleEncoder(config, model, new Rng(99));
      await resumed.load({ tensors, metadata });
      await train(resumed, 2, Rng.fromState(position));
      expect(await resumed.state()).toEqual(await style.state());
      resumed.dispose();
    }));

  it('refuse what belongs to another network', () =>
    withStyle(async (style) => {
      const { tensors, metadata } = await style.state();
      const { 'style/style/bias': _, ...rest } = tensors;
      const state: StateDict = { tensors: rest, metadata };
      await expect(style.load(state)).rejects.toThrow('no tensor "style/style/bias"');
      await expect(style.load(state)).rejects.toThrow(CheckpointError);
    }));
});

describe('encode', () => {
  it('encodes each image independently, and refuses another size', () =>
    withStyle(async (style) => {
      await style.load(byPattern(await style.state()));
      const images = randomImages(new Rng(4), 70);
      const styles = await style.encode(images);
      expect(styles).toHaveLength(70 * 5);
      const last = { data: images.data.subarray(-32 * 32 * 3), shape: [1, 32, 32, 3] as const };
      expect(await style.encode(last)).toEqual(styles.slice(-5));
      expect(styles.slice(-5)).not.toEqual(styles.slice(-10, -5));
      const small = { data: new Float32Array(16 * 16 * 3), shape: [1, 16, 16, 3] as const };
      await expect(style.encode(small)).rejects.toThrow('Images are 16×16; the model expects 32×32');
    }));
});

it('is bound to one image size and noise length', async () => {
  const model = await generator();
  const before = tf.memory().numTensors;
  const make = (changes: Partial<StyleEncoderConfig>) => () =>
    new StyleEncoder({ ...CONFIG, ...changes }, model, new Rng(1));
  expect(make({ noiseDim: 6 })).toThrow('noiseDim 6, the generator 5');
  expect(make({ imageSize: 64 })).toThrow(ConfigError);
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
});
