import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { activate } from './backend.ts';
import { countTensors, withoutLeaks } from './memory.ts';
import { silenceBanner } from './silence-banner.ts';

beforeAll(async () => {
  await activate('cpu');
  silenceBanner(tf.backend() as MathBackendCPU);
});

it('returns what the work returns', async () => {
  expect(await withoutLeaks('work', () => tf.tidy(() => tf.sum(tf.ones([3])).dataSync()[0]))).toBe(3);
  const kept = await withoutLeaks('work', async () => tf.ones([3]), 1);
  expect(countTensors()).toBe(1);
  kept.dispose();
});

it('names work that leaves tensors behind', async () => {
  const left: tf.Tensor[] = [];
  await expect(withoutLeaks('the step', () => left.push(tf.ones([3]), tf.ones([3])), 1)).rejects.toThrow(
    'the step leaves 2 tensors behind, 1 expected',
  );
  tf.dispose(left);
});

it('names work whose kernels leave buffers behind', async () => {
  const lose = () => tf.backend().write(new Float32Array(3), [3], 'float32');
  await expect(withoutLeaks('the kernel', lose)).rejects.toThrow('the kernel leaves 1 buffers on the backend behind');
});
