import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RECTIFIER_GRAD, rectify } from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

const x = [-2, -0.5, 0, 3];
const dy = [1, 10, 100, 1000];

describe('rectify', () => {
  it.each([
    { activation: 'relu', y: [0, 0, 0, 3], dx: [0, 0, 0, 1000] },
    { activation: 'leakyRelu', y: [-0.5, -0.125, 0, 3], dx: [0.25, 2.5, 25, 1000] }, // Torch: the slope below zero at zero
  ] as const)('$activation and its gradient', ({ activation, y, dx }) => {
    const f = (input: tf.Tensor) => rectify(tf.reshape(input, [2, 2]), activation, 0.25);
    expect([...f(tf.tensor1d(x)).dataSync()]).toEqual(y);
    const gradient = tf.grad((input) => rectify(input, activation, 0.25))(tf.tensor1d(x), tf.tensor1d(dy));
    expect([...gradient.dataSync()]).toEqual(dx);
  });

  it("is nothing for 'linear'", () => {
    const input = tf.tensor1d(x);
    expect(rectify(input, 'linear')).toBe(input);
  });

  it("has a backend's own gradient called", () => {
    if (tf.getKernel(RECTIFIER_GRAD, 'cpu')) tf.unregisterKernel(RECTIFIER_GRAD, 'cpu');
    let seen: unknown;
    tf.registerKernel({
      kernelName: RECTIFIER_GRAD,
      backendName: 'cpu',
      kernelFunc: ({ inputs, attrs }) => {
        seen = { shapes: Object.entries(inputs).map(([name, input]) => [name, input!.shape]), attrs };
        return [tf.fill([4], 7)];
      },
    });
    const gradient = tf.grad((input) => rectify(input, 'relu'))(tf.tensor1d(x), tf.tensor1d(dy));
    tf.unregisterKernel(RECTIFIER_GRAD, 'cpu');
    expect([...gradient.dataSync()]).toEqual([7, 7, 7, 7]);
    expect(seen).toEqual({
      shapes: [
        ['dy', [4]],
        ['x', [4]],
      ],
      attrs: { alpha: 0 },
    });
  });

  it('leaves nothing behind', () => {
    const [input, direction] = [tf.tensor1d(x), tf.tensor1d(dy)];
    const before = tf.memory().numTensors;
    tf.grad((t) => rectify(t, 'leakyRelu'))(input, direction).dispose();
    rectify(input, 'relu').dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
