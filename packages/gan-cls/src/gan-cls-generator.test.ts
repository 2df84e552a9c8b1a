import '@tensorflow/tfjs-backend-cpu';
import { CheckpointError, ConfigError, float32Tensor, Rng, type StateDict, withRoundedMatrices } from '@t2i/core';
import { expectAllClose, maxDifference } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { byPattern } from './__fixtures__/pattern.ts';
import { randomEmbeddings, smallModel } from './__fixtures__/small-model.ts';
import { GanClsGenerator, generatorState } from './gan-cls-generator.ts';

beforeAll(() => tf.setBackend('cpu'));

const rng = new Rng(4);
const input = { embeddings: randomEmbeddings(rng, 3), noise: rng.normal(3 * 5) };

/** A model with patterned weights: initial weights give an even grey. */
async function patternModel(...overrides: Parameters<typeof smallModel>) {
  const model = smallModel(...overrides);
  await model.load(byPattern(await model.state()));
  return model;
}

describe('GanClsGenerator', () => {
  it.each([{}, { residual: true }, { emaHalfLife: 10 }])(
    'generates what the trained model generates, %o',
    async (overrides) => {
      const before = tf.memory().numTensors;
      const trained = await patternModel(overrides);
      const alone = GanClsGenerator.fromWeights(trained.config, generatorState(await trained.state()));
      expect(alone).toMatchObject({ imageSize: 32, noiseDim: 5, embeddingDim: 6 });
      expect(alone.config).not.toHaveProperty('discriminatorFilters');
      const images = await alone.generate(input);
      expectAllClose(images.data, (await trained.generate(input)).data, { relative: 1e-6, absolute: 1e-6 });
      trained.dispose();
      alone.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('has the averaged weights where they are kept', async () => {
    const model = smallModel({ emaHalfLife: 10 });
    const { tensors, metadata } = await model.state();
    const moved = Object.entries(tensors).map(([name, tensor]) => {
      const data = tensor.data.map((value: number) => (name.startsWith('ema/') ? value + 1 : value)) as Float32Array;
      return [name, { ...tensor, data }] as const;
    });
    const used = generatorState({ tensors: Object.fromEntries(moved), metadata });
    expect(Object.keys(used)).toEqual(Object.keys(generatorState({ tensors, metadata })));
    expect(used['generator/norm8/beta']!.data[0]).toBe(1);
    expect(Object.keys(used).filter((name) => !name.startsWith('generator/'))).toEqual([]);
    model.dispose();
  });

  it('generates nearly the same images from 16-bit matrices', async () => {
    const trained = await patternModel({ residual: true });
    const tensors = withRoundedMatrices(generatorState(await trained.state()));
    expect(tensors['generator/deconv8/kernel']!.dtype).toBe('F16');
    const alone = GanClsGenerator.fromWeights(trained.config, tensors);
    const difference = maxDifference((await alone.generate(input)).data, (await trained.generate(input)).data);
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(1 / 127.5); // a step of a pixel
    trained.dispose();
    alone.dispose();
  });

  it('refuses weights and configurations that do not fit, and leaves no tensor behind', async () => {
    const model = smallModel();
    const tensors = generatorState(await model.state());
    const before = tf.memory().numTensors;
    const open =
      (changes: StateDict['tensors'], config: object = model.config) =>
      () =>
        GanClsGenerator.fromWeights(config, { ...tensors, ...changes });
    const bias = float32Tensor([1], new Float32Array(1));
    expect(open({ 'generator/text/bias': bias })).toThrow('"generator/text/bias" is F32 [1]');
    expect(open({ 'discriminator/text/bias': bias })).toThrow('that the model has not');
    expect(open({}, { ...model.config, residual: true })).toThrow(CheckpointError);
    expect(open({}, { ...model.config, imageSize: 48 })).toThrow(ConfigError);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
