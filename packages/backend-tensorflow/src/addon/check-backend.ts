/** Compares a newly built backend with the backend `cpu` by a small computation. */

import { activate, type BackendFacts, silenceBanner } from '@t2i/backend-utils';
import { BackendError } from '@t2i/core';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { TensorflowBackend } from '../package-names.ts';
import { startTensorflow } from '../start-tensorflow.ts';

/** The result of a comparison. */
export interface CheckedBackend {
  readonly facts: BackendFacts;
  /** Largest absolute difference from the backend `cpu`; the values themselves are at most 1. */
  readonly difference: number;
}

const TOLERANCE = 1e-5;

/**
 * Starts the backend, which stays the current one, and compares it with `cpu`.
 * @throws BackendError when it does not start, or when its results differ from those of `cpu` by 10⁻⁵ or more
 */
export async function checkBackend(backend: TensorflowBackend): Promise<CheckedBackend> {
  await activate('cpu');
  silenceBanner(tf.backend() as MathBackendCPU);
  const expected = compute();
  const facts = await startTensorflow(backend);
  const actual = compute();
  const difference = Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!)));
  if (!(difference < TOLERANCE)) {
    throw new BackendError(`The backend ${backend} differs from the backend cpu by ${difference}.`, {
      hint: 'Build it against another TensorFlow.',
    });
  }
  return { facts, difference };
}

/** A convolution, a product and a softmax of values that are the same on every backend. */
function compute(): number[] {
  return tf.tidy(() => {
    const numbers = (shape: number[]) => tf.reshape(tf.sin(tf.range(0, tf.util.sizeFromShape(shape))), shape);
    const images = numbers([2, 8, 8, 3]) as tf.Tensor4D;
    const maps = tf.conv2d(images, numbers([4, 4, 3, 5]) as tf.Tensor4D, 2, 'same');
    const scores = tf.matMul(tf.reshape(maps, [2, 80]), numbers([80, 6]) as tf.Tensor2D);
    return [...tf.softmax(scores).dataSync()];
  });
}
