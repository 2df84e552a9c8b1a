import { Rng } from '@t2i/core';
import { expectSame, expectSameWithGradients, randomValues, startBackends } from '@t2i/test-utils/kernels/compare';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startWasm } from './start-wasm.ts';

beforeAll(() => startBackends('wasm', () => startWasm()));

describe('leakyRelu', () => {
  it('has the gradients of the cpu backend', async () => {
    await expectSameWithGradients('leakyRelu', [randomValues(new Rng(1), [5, 7])], (x) => tf.leakyRelu(x!, 0.2));
  });

  it('is exact, also for zeros of both signs, infinity and NaN', async () => {
    await tf.setBackend('wasm');
    const values = [-3, -0.1, 0, -0, 0.1, 3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
    const y = tf.tidy(() => [...tf.leakyRelu(tf.tensor1d(values), 0.2).dataSync()]);
    const alpha = Math.fround(0.2);
    expect(y).toEqual(values.map((x) => (x > 0 ? Math.fround(x) : Math.fround(alpha * Math.fround(x)))));
  });

  it('takes integers', async () => {
    const x = { shape: [3], dtype: 'int32' as const, values: [-5, 0, 5] };
    await expectSame('int32', [x], (x) => tf.leakyRelu(x!, 0.2));
  });
});

describe('a clone', () => {
  it.each(['clone', 'cast'])('made by %s shares memory and outlives its original', async (how) => {
    await tf.setBackend('wasm');
    const buffers = tf.backend().numDataIds();
    const original = tf.tensor1d([1, 2, 3]);
    const copy = how === 'clone' ? tf.clone(original) : tf.cast(original, 'float32');
    expect(tf.backend().numDataIds()).toBe(buffers + 1);
    original.dispose();
    expect([...copy.dataSync()]).toEqual([1, 2, 3]);
    copy.dispose();
    expect(tf.backend().numDataIds()).toBe(buffers);
  });

  it('of strings is one', async () => {
    await tf.setBackend('wasm');
    expect(tf.tidy(() => tf.clone(tf.tensor1d(['a', 'b'])).dataSync())).toEqual(['a', 'b']);
  });

  it('converts what is to be converted', async () => {
    const x = { shape: [4], dtype: 'float32' as const, values: [-1.5, 0, 0.5, 2.5] };
    await expectSame('to int32 and bool', [x], (x) => [tf.cast(x!, 'int32'), tf.cast(x!, 'bool')]);
  });
});
