import '@tensorflow/tfjs-backend-cpu';
import { Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { SMALL } from './__fixtures__/small-model.ts';
import { AveragedGenerator } from './averaged-generator.ts';
import { resolveConfig } from './config.ts';
import { buildGenerator } from './generator.ts';
import { trainingLayers } from './training-layers.ts';
import { copyWeights, initialise, weightsOf } from './weights.ts';

beforeAll(() => tf.setBackend('cpu'));

const ROWS = 16;
const config = resolveConfig({ ...SMALL, emaHalfLife: ROWS });

function generatorOf(seed: number) {
  const network = buildGenerator(config, trainingLayers);
  initialise(network, new Rng(seed));
  return network;
}

describe('AveragedGenerator', () => {
  it('has the statistics of its own weights, which are not those of the generator it follows', () => {
    const source = generatorOf(1);
    const average = new AveragedGenerator(config, source);
    const rng = new Rng(3);
    const follow = (step: number, of = source) => {
      tf.tidy(() => average.follow(of, step, tf.tensor2d(rng.normal(ROWS * 6), [ROWS, 6]), rng));
    };
    const variance = weightsOf('', average.network)['/norm4/moving_variance']!;
    /** What it settles at. */
    const settled = (firstStep: number) => {
      variance.assign(tf.zerosLike(variance));
      for (let step = firstStep; step < firstStep + 30; step++) follow(step);
      return tf.mean(variance).dataSync()[0]!;
    };
    const alone = settled(1);
    // half-way to a generator that has nothing to do with the first, and there it stays
    follow(31, generatorOf(2));
    copyWeights(weightsOf('', average.network), weightsOf('', source));
    const halfWay = settled(32);
    // the variance of a product with the mean of two independent matrices is half as large
    expect(halfWay / alone).toBeGreaterThan(0.35);
    expect(halfWay / alone).toBeLessThan(0.7);
    average.dispose();
  });
});
