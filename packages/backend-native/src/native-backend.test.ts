import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeEach, describe, expect, it } from 'vitest';
import './index.ts';
import type { NativeBackend } from './native-backend.ts';

const backend = () => tf.backend() as NativeBackend;
/** Large enough to be pooled. */
const N = 5000;
const twos = () => tf.mul(tf.ones([N]), 2);

describe('NativeBackend', () => {
  beforeEach(() => {
    tf.setBackend('native');
    backend().pool.poison = true;
  });

  it('gives out copies: what was read outlives the tensor', async () => {
    const x = twos();
    const [sync, later, buffer] = [x.dataSync(), await x.data(), x.bufferSync()];
    x.dispose();
    for (const values of [sync, later, buffer.values]) expect(values.every((v) => v === 2)).toBe(true);
  });

  it('neither pools nor writes to an array of the user', () => {
    const mine = new Float32Array(N).fill(3);
    const x = tf.tensor1d(mine);
    const idle = backend().pool.idleBytes;
    x.dispose();
    expect(backend().pool.idleBytes).toBe(idle);
    tf.dispose([twos(), twos()]);
    expect(mine.every((v) => v === 3)).toBe(true);
  });

  it('keeps memory that another tensor still views', () => {
    const x = twos();
    const views = [tf.slice(x, [N / 2], [N / 2]), tf.reshape(x, [N / 10, 10]), x.clone()];
    x.dispose();
    tf.dispose([tf.zeros([N]), tf.ones([N])]);
    for (const view of views) expect([...view.dataSync()].every((v) => v === 2)).toBe(true);
    tf.dispose(views);
  });

  it('moves tensors to another backend and back', () => {
    const x = twos();
    tf.setBackend('cpu');
    const y = tf.add(x, 1);
    tf.setBackend('native');
    expect(tf.sum(tf.add(y, x)).dataSync()[0]).toBe(5 * N);
    tf.dispose([x, y]);
  });

  it('holds strings, complex numbers and booleans', () => {
    tf.tidy(() => {
      expect(tf.tensor1d(['a', 'ü']).dataSync()).toEqual(['a', 'ü']);
      const complex = tf.complex(twos() as tf.Tensor1D, twos() as tf.Tensor1D);
      expect(tf.imag(complex).dataSync().at(-1)).toBe(2);
      expect([...tf.greater(tf.tensor1d([1, 3]), 2).dataSync()]).toEqual([0, 1]);
    });
  });

  it('stays at the same memory over many steps', () => {
    const w = tf.variable(tf.ones([64, 64]));
    const step = () =>
      tf.tidy(() =>
        tf.variableGrads(() =>
          tf.mean(tf.square(tf.matMul(tf.reshape(tf.slice(twos(), [0], [64 * 64]), [64, 64]), w))),
        ),
      );
    const run = () => {
      const { value, grads } = step();
      tf.dispose([value, grads]);
    };
    run();
    const before = { ...tf.memory(), idle: backend().pool.idleBytes };
    for (let i = 0; i < 20; i++) run();
    expect({ ...tf.memory(), idle: backend().pool.idleBytes }).toEqual(before);
    expect(tf.memory().unreliable).toBeFalsy();
    w.dispose();
  });

  it('asks for a known type', () => {
    const x = tf.tensor1d([1, 2], 'int32');
    expect(() => backend().floats(x)).toThrow(/expected a float32/);
    expect(backend().ints(x)).toEqual(Int32Array.of(1, 2));
  });
});
