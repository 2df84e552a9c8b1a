import '@tensorflow/tfjs-backend-cpu';
import { Rng } from '@t2i/core';
import { expectAllClose, relativeError } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Architecture, goldenConfig, initialWeight, pattern, readGolden } from './__fixtures__/pattern.ts';
import { resolveConfig } from './config.ts';
import { buildDiscriminator } from './discriminator.ts';
import { buildGenerator } from './generator.ts';
import { presetConfig } from './presets.ts';
import { stockLayers } from './stock-layers.ts';
import { trainingLayers } from './training-layers.ts';
import { countParameters, initialise, weightsOf } from './weights.ts';

beforeAll(() => tf.setBackend(process.env.T2I_TEST_BACKEND ?? 'cpu'));

function setByPattern(prefix: string, ...models: tfl.LayersModel[]) {
  const variables = weightsOf(prefix, ...models);
  for (const [name, variable] of Object.entries(variables)) {
    variable.assign(tf.tensor(initialWeight(name, variable.shape), variable.shape));
  }
  return variables;
}

describe.each<Architecture>(['plain32', 'residual64', 'quirks32'])('%s', (architecture) => {
  const config = goldenConfig(architecture);
  const expected = readGolden(`networks-${architecture}`);

  it('matches PyTorch in G and D, with running and with batch statistics', async () => {
    const generator = buildGenerator(config, trainingLayers);
    const { trunk, head } = buildDiscriminator(config, trainingLayers);
    const variables = { ...setByPattern('generator', generator), ...setByPattern('discriminator', trunk, head) };
    const z = tf.tensor2d(pattern(1, 2 * config.noiseDim), [2, config.noiseDim]);
    const h = tf.tensor2d(pattern(2, 2 * config.embeddingDim), [2, config.embeddingDim]);
    const side = config.imageSize;
    const x = tf.tensor4d(pattern(3, 2 * side * side * 3), [2, side, side, 3]);
    for (const mode of ['eval', 'train']) {
      const training = mode === 'train';
      const images = generator.apply([z, h], { training }) as tf.Tensor;
      const logits = head.apply([trunk.apply(x, { training }) as tf.Tensor, h], { training }) as tf.Tensor;
      expectAllClose(await images.data(), expected[`images/${mode}`]!.data, { relative: 1e-5, absolute: 1e-5 });
      expectAllClose(await logits.data(), expected[`logits/${mode}`]!.data, { relative: 1e-5, absolute: 1e-5 });
    }
    const running = Object.keys(expected).filter((name) => name.includes('/moving_'));
    expect(running).toEqual(
      expect.arrayContaining(Object.keys(variables).filter((name) => !variables[name]!.trainable)),
    );
    for (const name of running) {
      expectAllClose(await variables[name]!.data(), expected[name]!.data, { relative: 1e-5, absolute: 1e-5 });
    }
  });

  it('generates the same images with stock layers', async () => {
    const generator = buildGenerator(config, stockLayers);
    setByPattern('generator', generator);
    const z = tf.tensor2d(pattern(1, 2 * config.noiseDim), [2, config.noiseDim]);
    const h = tf.tensor2d(pattern(2, 2 * config.embeddingDim), [2, config.embeddingDim]);
    const images = generator.predict([z, h]) as tf.Tensor;
    expectAllClose(await images.data(), expected['images/eval']!.data, { relative: 1e-5, absolute: 1e-5 });
  });
});

describe('the presets', () => {
  it.each([
    { preset: 'reed2016', generator: 18_905_472, discriminator: 4_029_824 },
    { preset: 'dcgan', generator: 4_756_480, discriminator: 3_225_472 },
  ] as const)('$preset has the parameters of its PyTorch counterpart', ({ preset, generator, discriminator }) => {
    const config = presetConfig(preset);
    const { trunk, head } = buildDiscriminator(config, trainingLayers);
    expect(countParameters(buildGenerator(config, trainingLayers))).toBe(generator);
    expect(countParameters(trunk, head)).toBe(discriminator);
    tf.disposeVariables();
  });
});

describe('other sizes', () => {
  it.each([32, 64, 128] as const)('generates and discriminates %i×%i', (imageSize) => {
    const config = resolveConfig({ imageSize, generatorFilters: 2, discriminatorFilters: 2, embeddingDim: 4 });
    const generator = buildGenerator(config, trainingLayers);
    const { trunk, head } = buildDiscriminator(config, trainingLayers);
    expect(generator.outputShape).toEqual([null, imageSize, imageSize, 3]);
    const widest = 2 * (imageSize / 8);
    expect(trunk.outputShape).toEqual([null, 4, 4, widest]);
    expect(head.outputShape).toEqual([null, 1]);
    const convolutions = [...generator.layers, ...trunk.layers].filter((layer) => /\/?(de)?conv\d*$/.test(layer.name));
    expect(convolutions.length).toBeGreaterThan(10);
    for (const layer of convolutions) expect(layer.weights).toHaveLength(1); // a kernel, no bias
  });
});

describe('initialise', () => {
  const initialWeights = (seed: number) => {
    const generator = buildGenerator(resolveConfig({ generatorFilters: 16, embeddingDim: 256 }), trainingLayers);
    initialise(generator, new Rng(seed));
    return weightsOf('g', generator);
  };
  const moments = (x: ArrayLike<number>) => {
    const values = Array.from(x);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    return { mean, deviation: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) };
  };

  it("follows the authors' distributions", () => {
    const weights = initialWeights(1);
    for (const name of ['g/deconv4/kernel', 'g/deconv8/kernel', 'g/residual4/conv2/kernel']) {
      const { mean, deviation } = moments(weights[name]!.dataSync());
      expect(mean).toBeCloseTo(0, 3);
      expect(deviation).toBeCloseTo(0.02, 3);
    }
    expect(moments(weights['g/norm4/gamma']!.dataSync()).mean).toBeCloseTo(1, 2);
    expect(moments(weights['g/norm4/gamma']!.dataSync()).deviation).toBeCloseTo(0.02, 2);
    expect(moments(weights['g/norm4/beta']!.dataSync())).toEqual({ mean: 0, deviation: 0 });
    expect(moments(weights['g/norm4/moving_variance']!.dataSync())).toEqual({ mean: 1, deviation: 0 });
    const text = weights['g/text/kernel']!.dataSync(); // uniform in ±1/√256
    expect(Math.max(...text.map(Math.abs))).toBeLessThanOrEqual(1 / 16);
    expect(moments(text).deviation).toBeCloseTo(1 / 16 / Math.sqrt(3), 3);
    expect(moments(weights['g/text/bias']!.dataSync()).deviation).toBeGreaterThan(0.02);
  });

  it('repeats by seed', () => {
    const [first, again, other] = [initialWeights(1), initialWeights(1), initialWeights(2)].map((weights) =>
      weights['g/deconv8/kernel']!.dataSync(),
    );
    expect(again).toEqual(first);
    expect(relativeError(other!, first!)).toBeGreaterThan(1);
  });
});
