import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients of stock operations
import { expectAllClose } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import golden from './__fixtures__/golden.json' with { type: 'json' };
import { BATCH_NORM_TRAINING, BATCH_NORM_TRAINING_GRAD, batchNormTraining, type RectifierName } from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

const tolerance = { relative: 1e-5, absolute: 1e-5 };

describe('batchNormTraining', () => {
  it.each(golden.batchNorm)('equals PyTorch, $activation over $shape', ({ shape, activation, alpha, ...expected }) => {
    const [x, dy] = [tf.tensor(expected.x, shape), tf.tensor(expected.dy, shape)];
    const [gamma, beta] = [tf.tensor1d(expected.gamma), tf.tensor1d(expected.beta)];
    const options = { activation: activation as RectifierName, alpha };
    const { y, mean, variance } = batchNormTraining(x, gamma, beta, options);
    const gradients = tf.grads(
      (...inputs: tf.Tensor[]) => batchNormTraining(inputs[0]!, inputs[1]!, inputs[2]!, options).y,
    );
    const [dx, dgamma, dbeta] = gradients([x, gamma, beta], dy);
    const actual = { y, mean, variance, dx: dx!, dgamma: dgamma!, dbeta: dbeta! };
    for (const [name, tensor] of Object.entries(actual)) {
      expectAllClose(tensor.dataSync(), expected[name as keyof typeof actual], tolerance);
    }
  });

  it('agrees with finite differences where a channel is nearly constant', () => {
    const x = tf.tensor2d([1, 5, 1.01, -3, 0.99, 2, 1, 7], [4, 2]);
    const [gamma, beta] = [tf.tensor1d([1.5, -0.5]), tf.tensor1d([0.1, 0.2])];
    const weights = tf.tensor2d([1, 2, -3, 1, 0.5, 2, 1, -1], [4, 2]);
    const loss = (input: tf.Tensor) =>
      tf.sum(tf.mul(batchNormTraining(input, gamma, beta, { activation: 'leakyRelu' }).y, weights)) as tf.Scalar;
    const gradient = tf.grad(loss)(x).dataSync();
    const step = 1e-4;
    for (const i of [1, 3, 5, 7]) {
      const at = (h: number) =>
        loss(
          tf.tensor2d(
            x.dataSync().map((v, k) => v + (k === i ? h : 0)),
            [4, 2],
          ),
        ).dataSync()[0]!;
      expect(gradient[i]).toBeCloseTo((at(step) - at(-step)) / (2 * step), 1);
    }
  });

  it('refuses parameters of another width', () => {
    expect(() => batchNormTraining(tf.ones([2, 3]), tf.ones([2]), tf.zeros([3]))).toThrow('gamma must be [3]');
    expect(() => batchNormTraining(tf.ones([2, 3]), tf.ones([3]), tf.zeros([3, 1]))).toThrow('beta must be [3]');
  });

  it('leaves nothing behind', () => {
    const [x, gamma, beta] = [tf.randomNormal([8, 3]), tf.ones([3]), tf.zeros([3])];
    const f = () =>
      tf
        .grad((input) => tf.sum(batchNormTraining(input, gamma, beta, { activation: 'relu' }).y))(x)
        .dispose();
    f();
    const before = tf.memory();
    f();
    tf.dispose({ ...batchNormTraining(x, gamma, beta) });
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
  });
});

describe('a backend with kernels of its own', () => {
  afterEach(() => {
    for (const name of [BATCH_NORM_TRAINING, BATCH_NORM_TRAINING_GRAD]) {
      if (tf.getKernel(name, 'cpu')) tf.unregisterKernel(name, 'cpu');
    }
  });

  it('has them called, with the inputs and attributes of the contract', () => {
    const calls: Record<string, { inputs: Record<string, number[]>; attrs: unknown }> = {};
    for (const kernelName of [BATCH_NORM_TRAINING, BATCH_NORM_TRAINING_GRAD]) {
      if (tf.getKernel(kernelName, 'cpu')) tf.unregisterKernel(kernelName, 'cpu');
      tf.registerKernel({
        kernelName,
        backendName: 'cpu',
        kernelFunc: ({ inputs, attrs }) => {
          const shapes = Object.entries(inputs).map(([name, input]) => [name, input!.shape]);
          calls[kernelName] = { inputs: Object.fromEntries(shapes), attrs };
          return [tf.ones(inputs.x!.shape), tf.fill([3], 2), tf.fill([3], 3)];
        },
      });
    }
    const x = tf.zeros([2, 4, 4, 3]);
    const f = (input: tf.Tensor) => batchNormTraining(input, tf.ones([3]), tf.zeros([3]), { activation: 'relu' }).y;
    expect(tf.grad(f)(x).dataSync()[0]).toBe(1);
    const attrs = { epsilon: 1e-5, activation: 'relu', alpha: 0.2 };
    const inputs = { x: [2, 4, 4, 3], gamma: [3], beta: [3] };
    expect(calls).toEqual({
      [BATCH_NORM_TRAINING]: { inputs, attrs },
      [BATCH_NORM_TRAINING_GRAD]: { inputs: { ...inputs, dy: [2, 4, 4, 3], mean: [3], variance: [3] }, attrs },
    });
  });
});
