import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { batchNormTraining } from '@t2i/ops';
import { beforeAll, expect, it } from 'vitest';
import './index.ts';
import type { NativeBackend } from './native-backend.ts';

beforeAll(() => tf.setBackend('native'));

/** One of each kind: views, reductions over any axes, gradients, fused kernels, casts, pads, splits. */
function work(batch: number): void {
  tf.tidy(() => {
    const x = tf.fill([batch, 8, 8, 16], 0.5);
    const [gamma, beta] = [tf.fill([16], 1), tf.fill([16], 0)];
    const loss = (input: tf.Tensor) => {
      const y = batchNormTraining(input, gamma, beta, { activation: 'relu' }).y as tf.Tensor4D;
      const pooled = tf.maxPool(
        tf.pad(y, [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ]),
        2,
        2,
        'same',
      );
      const [first, second] = tf.split(tf.localResponseNormalization(pooled), 2, 3);
      const joined = tf.concat([first!, tf.tile(second!, [1, 1, 1, 2])], 3);
      return tf.sum(tf.softmax(tf.mean(joined, [0, 2]))) as tf.Scalar;
    };
    const dx = tf.grad(loss)(x);
    const masked = tf.mul(dx, tf.cast(tf.greater(dx, 0), 'float32'));
    for (const part of tf.unstack(tf.transpose(masked, [3, 0, 1, 2])))
      tf.sum(tf.slice(part, [0, 1, 1], [1, 2, 2]), [0, 2]);
    tf.gather(masked, tf.tensor1d([0, 0], 'int32')).dataSync();
  });
}

it('leaves no tensor and no buffer behind, and reuses its memory', () => {
  const { pool } = tf.backend() as NativeBackend;
  work(16);
  const before = tf.memory();
  const idle = pool.idleBytes;
  for (let i = 0; i < 30; i++) work(16);
  expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
  expect(pool.idleBytes).toBe(idle);
});

it('holds memory in proportion to the largest work, whatever sizes came before', () => {
  const { pool } = tf.backend() as NativeBackend;
  for (let batch = 1; batch <= 24; batch++) work(batch);
  const once = pool.idleBytes;
  for (let batch = 1; batch <= 24; batch++) work(batch);
  expect(pool.idleBytes).toBe(once);
});

it('computes the same where disposed memory is overwritten', () => {
  const { pool } = tf.backend() as NativeBackend;
  const compute = () =>
    tf.tidy(() => {
      const x = tf.fill([4, 6, 6, 8], 0.25);
      const half = tf.slice(x, [2, 0, 0, 0], [2, 6, 6, 8]);
      const y = tf.mul(tf.add(half, 1), tf.mean(x, [0, 3], true));
      return tf.transpose(tf.concat([y, tf.reverse(y, 1)], 1), [0, 3, 2, 1]).dataSync();
    });
  const expected = compute();
  pool.poison = true;
  for (let i = 0; i < 3; i++) expect(compute()).toEqual(expected);
  pool.poison = false;
});

it('moves tensors between cpu and native', () => {
  tf.tidy(() => {
    tf.setBackend('cpu');
    const onCpu = tf.tensor1d([1, 2, 3]);
    tf.setBackend('native');
    const onNative = tf.add(onCpu, 1);
    tf.setBackend('cpu');
    expect([...tf.mul(onNative, onCpu).dataSync()]).toEqual([2, 6, 12]);
    tf.setBackend('native');
  });
});
