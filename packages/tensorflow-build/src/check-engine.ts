/** A small computation on a freshly built engine, compared with the `cpu` engine. */

import { describeChoice, selectBackend } from '@t2i/backend';
import { BackendError } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import type { TensorflowEngine } from './tfjs-node-package.ts';

/** What the engine says of itself, and how far it is from `cpu`. */
export interface CheckedEngine {
  readonly description: string;
  /** Largest difference between two numbers, of magnitude 1. */
  readonly difference: number;
}

const TOLERANCE = 1e-5;

/**
 * Starts the engine; it stays the current one.
 * @throws BackendError when it does not start, or computes something else than `cpu`
 */
export async function checkEngine(engine: TensorflowEngine): Promise<CheckedEngine> {
  await selectBackend({ prefer: 'cpu' });
  const expected = compute();
  const choice = await selectBackend({ prefer: engine });
  const actual = compute();
  const difference = Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!)));
  if (!(difference < TOLERANCE)) {
    throw new BackendError(`The engine ${engine} is ${difference} away from the engine cpu.`, {
      hint: 'Build it against another TensorFlow.',
    });
  }
  return { description: describeChoice({ ...choice, reason: 'works' }), difference };
}

/** A convolution, a product and a softmax of numbers that are the same on every engine. */
function compute(): number[] {
  return tf.tidy(() => {
    const numbers = (shape: number[]) => tf.reshape(tf.sin(tf.range(0, tf.util.sizeFromShape(shape))), shape);
    const images = numbers([2, 8, 8, 3]) as tf.Tensor4D;
    const maps = tf.conv2d(images, numbers([4, 4, 3, 5]) as tf.Tensor4D, 2, 'same');
    const scores = tf.matMul(tf.reshape(maps, [2, 80]), numbers([80, 6]) as tf.Tensor2D);
    return [...tf.softmax(scores).dataSync()];
  });
}
