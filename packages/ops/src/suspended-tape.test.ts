import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients of stock operations
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { withSuspendedTape } from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

/** y = x², inside which dz = d(x·y)/dx at constant y is taken off the tape; the result is y·dz. */
const nested = (x: tf.Tensor) => {
  const y = tf.square(x);
  const dz = withSuspendedTape(() => tf.grad((inner) => tf.mul(inner, y))(x));
  return tf.mul(y, dz);
};

describe('withSuspendedTape', () => {
  it('keeps inner operations and gradients off the surrounding tape', () => {
    // dz = y = 9 is a constant of the outer gradient: d(x²·9)/dx = 54 at x = 3, not d(x⁴)/dx = 108
    expect(tf.grad(nested)(tf.scalar(3)).dataSync()[0]).toBe(54);
  });

  it('restores the tape when f throws', () => {
    const f = (x: tf.Tensor) => {
      expect(() =>
        withSuspendedTape(() => {
          throw new Error('inner');
        }),
      ).toThrow('inner');
      return tf.square(x);
    };
    expect(tf.grad(f)(tf.scalar(3)).dataSync()[0]).toBe(6);
  });

  it('runs outside any gradient too, and leaks nothing', () => {
    const x = tf.scalar(3);
    const before = tf.memory().numTensors;
    expect(withSuspendedTape(() => 1)).toBe(1);
    tf.grad(nested)(x).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
