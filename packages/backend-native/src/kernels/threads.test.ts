import { Rng } from '@t2i/core';
import { Adam, batchNormTraining } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { afterAll, expect, it } from 'vitest';
import { nativeFunction, nativeStatus } from '../binding.ts';
import { runOn } from '../test-support.ts';

const setThreads = nativeFunction<(threads: number) => void>('setThreads');
afterAll(() => setThreads(nativeStatus().threads));

/** Large enough that every kernel here cuts its work into several pieces. */
const SHAPE: [number, number, number, number] = [8, 24, 24, 40];

const COMPUTATIONS: Record<string, (x: tf.Tensor4D) => tf.Tensor | tf.Tensor[]> = {
  sums: (x) => [tf.sum(x), tf.sum(x, [0, 1, 2]), tf.sum(x, [1, 2]), tf.sum(x, 3), tf.mean(x, [0, 2]), tf.prod(x, 1)],
  extremes: (x) => [tf.max(x), tf.min(x, [0, 1, 2]), tf.argMax(x, 3)],
  elementwise: (x) => [tf.tanh(x), tf.softplus(x), tf.mul(x, tf.mean(x, [0, 1, 2])), tf.softmax(x)],
  copies: (x) => [tf.transpose(x, [0, 3, 1, 2]), tf.concat([x, x], 3), tf.slice(x, [1, 2, 3, 4], [5, 9, 9, 9])],
  pooling: (x) => tf.grad((t) => tf.sum(tf.square(tf.maxPool(t as tf.Tensor4D, 3, 2, 'same'))))(x),
  localResponse: (x) => tf.grad((t) => tf.sum(tf.square(tf.localResponseNormalization(t as tf.Tensor4D))))(x),
  batchNorm: (x) => {
    const [gamma, beta] = [tf.fill([40], 0.7), tf.fill([40], 0.1)];
    const loss = (...t: tf.Tensor[]) =>
      tf.sum(tf.square(batchNormTraining(t[0]!, t[1]!, t[2]!, { activation: 'leakyRelu' }).y)) as tf.Scalar;
    return tf.grads(loss)([x, gamma, beta]);
  },
  adam: (x) => {
    const variable = tf.variable(x);
    const adam = new Adam({ weight: variable });
    adam.apply({ [variable.name]: x }, 1e-3);
    const result = variable.clone();
    adam.dispose();
    variable.dispose();
    return result;
  },
};

it.each(Object.entries(COMPUTATIONS))('%s: the same bits with one, two and five threads', (_, compute) => {
  const values = new Rng(7).normal(SHAPE.reduce((a, b) => a * b));
  const bits = (threads: number) => {
    setThreads(threads);
    return runOn('native', () => compute(tf.tensor4d(values, SHAPE))).map((result) =>
      Buffer.from(new Uint8Array(result.values.buffer, result.values.byteOffset, result.values.byteLength)),
    );
  };
  const expected = bits(1);
  for (const threads of [2, 5, 2]) {
    for (const [i, buffer] of bits(threads).entries()) expect(buffer.equals(expected[i]!)).toBe(true);
  }
});
