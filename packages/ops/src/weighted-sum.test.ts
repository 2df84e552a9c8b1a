import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';
import { weightedSum } from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

const a = [1, -2, 4];
const b = [8, 16, -4];

it('is the sum of both, weighted, and leaves nothing behind', () => {
  const before = tf.memory().numTensors;
  const y = tf.tidy(() => [...weightedSum(tf.tensor1d(a), tf.tensor1d(b), 0.5, 0.25).dataSync()]);
  expect(y).toEqual([2.5, 3, 1]);
  expect(tf.memory().numTensors).toBe(before);
});

it('has the gradient of a sum', () => {
  const f = (x: tf.Tensor, y: tf.Tensor) => weightedSum(x, y, 0.5, 0.25);
  const [da, db] = tf.grads(f)([tf.tensor1d(a), tf.tensor1d(b)], tf.tensor1d([1, 10, 100]));
  expect([...da!.dataSync()]).toEqual([0.5, 5, 50]);
  expect([...db!.dataSync()]).toEqual([0.25, 2.5, 25]);
});

it('refuses two shapes', () => {
  expect(() => weightedSum(tf.ones([2, 3]), tf.ones([3]), 1, 1)).toThrow('weightedSum: Shapes 2,3 and 3 must match');
});
