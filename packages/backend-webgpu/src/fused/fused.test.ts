import { Rng } from '@t2i/core';
import { Adam, batchNormTraining, type RectifierName, RmsProp, rectify, weightedSum } from '@t2i/ops';
import { skipWithoutSwiftShader } from '@t2i/test-utils';
import {
  expectSame,
  expectSameWithGradients,
  randomValues,
  startBackends,
  toTensor,
} from '@t2i/test-utils/kernels/compare';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startWebgpu } from '../start-webgpu.ts';

const PATIENCE = 180_000;
const ACTIVATIONS: readonly RectifierName[] = ['linear', 'relu', 'leakyRelu'];
/** [..., C], with fewer and more rows and channels than the threads that share a sum. */
const SHAPES = [[2, 3], [2, 7, 7, 5], [3, 32, 32, 4], [2, 4, 4, 130]]; // biome-ignore format: a line

describe.skipIf(skipWithoutSwiftShader)('fused kernels on SwiftShader', { timeout: PATIENCE }, () => {
  beforeAll(() => startBackends('webgpu', () => startWebgpu({ software: true })), PATIENCE);

  it.each(ACTIVATIONS)(
    'batch normalisation before %s is the composition of the cpu backend, gradients too',
    async (activation) => {
      for (const shape of SHAPES) {
        const rng = new Rng(1);
        const inputs = [shape, shape.slice(-1), shape.slice(-1)].map((of) => randomValues(rng, of));
        const options = { epsilon: 1e-3, activation, alpha: 0.2 };
        const normalise = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
          batchNormTraining(x, gamma, beta, options);
        await expectSameWithGradients(`[${shape}]`, inputs, (x, gamma, beta) => normalise(x!, gamma!, beta!).y);
        await expectSame(`moments of [${shape}]`, inputs, (x, gamma, beta) => {
          const { y, mean, variance } = normalise(x!, gamma!, beta!);
          y.dispose();
          return [mean, variance];
        });
      }
    },
  );

  it.each(['relu', 'leakyRelu'] as const)('the gradient of %s', async (activation) => {
    await expectSameWithGradients(activation, [randomValues(new Rng(2), [3, 50])], (x) => rectify(x!, activation));
  });

  it('weighted sums', async () => {
    const inputs = [randomValues(new Rng(3), [5, 40]), randomValues(new Rng(4), [5, 40])];
    await expectSameWithGradients('sum', inputs, (a, b) => weightedSum(a!, b!, 0.75, -2));
  });

  it.each([
    ['Adam', Adam],
    ['RMSProp', RmsProp],
  ] as const)('%s moves variables and keeps its state', async (name, Optimiser) => {
    const inputs = [0, 1, 2, 3].map((seed) => randomValues(new Rng(seed), [7, 30]));
    await expectSame(name, inputs, (start, ...gradients) => {
      const variable = tf.variable(start!);
      const optimiser = new Optimiser({ w: variable });
      for (const gradient of gradients) optimiser.apply({ [variable.name]: gradient }, 0.05);
      optimiser.dispose();
      const moved = variable.clone();
      variable.dispose();
      return moved;
    });
  });

  it('a number that is none stays none', async () => {
    await tf.setBackend('webgpu');
    const x = toTensor({ shape: [2, 2], dtype: 'float32', values: [Number.NaN, 1, 2, 3] });
    const ones = tf.ones([2]);
    const { y, mean, variance } = batchNormTraining(x, ones, ones, { activation: 'relu' });
    const values = await y.data();
    expect([...values].map(Number.isNaN)).toEqual([true, false, true, false]);
    tf.dispose([x, ones, y, mean, variance]);
  });
});
