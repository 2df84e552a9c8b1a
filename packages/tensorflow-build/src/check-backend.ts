/** A small computation on a freshly built backend, compared with the `cpu` backend. */

import { describeChoice, selectBackend } from '@t2i/backend';
import { BackendError } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import type { TensorflowBackend } from './tfjs-node-package.ts';

/** What the backend says of itself, and how far it is from `cpu`. */
export interface CheckedBackend {
  readonly description: string;
  /** Largest difference between two numbers, of magnitude 1. */
  readonly difference: number;
}

const TOLERANCE = 1e-5;

/**
 * Starts the backend; it stays the current one.
 * @throws BackendError when it does not start, or computes something else than `cpu`
 */
export async function checkBackend(backend: TensorflowBackend): Promise<CheckedBackend> {
  await selectBackend({ prefer: 'cpu' });
  const expected = compute();
  const choice = await selectBackend({ prefer: backend });
  const actual = compute();
  const difference = Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!)));
  if (!(difference < TOLERANCE)) {
    throw new BackendError(`The backend ${backend} is ${difference} away from the backend cpu.`, {
      hint: 'Build it against another TensorFlow.',
    });
  }
  return { description: describeChoice({ ...choice, reason: 'works' }), difference };
}

/** A convolution, a product and a softmax of numbers that are the same on every backend. */
function compute(): number[] {
  return tf.tidy(() => {
    const numbers = (shape: number[]) => tf.reshape(tf.sin(tf.range(0, tf.util.sizeFromShape(shape))), shape);
    const images = numbers([2, 8, 8, 3]) as tf.Tensor4D;
    const maps = tf.conv2d(images, numbers([4, 4, 3, 5]) as tf.Tensor4D, 2, 'same');
    const scores = tf.matMul(tf.reshape(maps, [2, 80]), numbers([80, 6]) as tf.Tensor2D);
    return [...tf.softmax(scores).dataSync()];
  });
}
