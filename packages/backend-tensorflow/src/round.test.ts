import { silenceBanner } from '@t2i/backend-utils';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { correctRound } from './round.ts';

const NAME = 'rounds-integers-to-zero';

beforeEach(() => {
  tf.registerBackend(NAME, () => silenceBanner(new MathBackendCPU()), 0);
});
afterEach(async () => {
  await tf.setBackend('cpu');
  tf.removeBackend(NAME);
});

it('leaves integers as they are, and floats to the backend, also when called twice', async () => {
  tf.registerKernel({ ...tf.getKernel(tf.Identity, 'cpu'), backendName: NAME });
  const round = tf.getKernel(tf.Round, 'cpu').kernelFunc;
  tf.registerKernel({
    kernelName: tf.Round,
    backendName: NAME,
    kernelFunc: (call) => {
      if ((call.inputs as { x: tf.TensorInfo }).x.dtype === 'int32')
        throw new Error('integers are not for the backend');
      return round(call);
    },
  });
  correctRound(NAME);
  correctRound(NAME);
  await tf.setBackend(NAME);
  expect([...tf.round(tf.tensor1d([-12345678, 10], 'int32')).dataSync()]).toEqual([-12345678, 10]);
  expect([...tf.round(tf.tensor1d([1.6, -1.6])).dataSync()]).toEqual([2, -2]);
});

it('passes by a backend without the kernel', () => {
  expect(() => correctRound('not-registered')).not.toThrow();
});
