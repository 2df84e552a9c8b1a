import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { expectSameOnBoth, forRandomCases, normal } from '../test-support.ts';
import { pick, randomShape } from '../test-values.ts';

describe('slice', () => {
  it('equals the cpu backend for random boxes and types', () => {
    forRandomCases(80, (rng) => {
      const shape = randomShape(rng);
      const x = normal(rng, shape).map(Math.trunc);
      const dtype = pick(rng, ['float32', 'int32', 'bool'] as const);
      const begin = shape.map((size) => rng.integer(size + 1));
      const size = shape.map((length, axis) => rng.integer(length - begin[axis]! + 1));
      if (shape.length === 0) return;
      expectSameOnBoth(() => tf.slice(tf.cast(tf.tensor(x, shape), dtype), begin, size));
    });
  });

  it('keeps a contiguous part readable after the whole is gone', () => {
    tf.setBackend('native');
    const part = tf.tidy(() => tf.slice(tf.add(tf.fill([100, 50], 3), 1), [10, 0], [20, 50]));
    const other = tf.tidy(() => tf.fill([100, 50], 7));
    expect(part.dataSync().every((value) => value === 4)).toBe(true);
    tf.dispose([part, other]);
  });

  it('has the gradient of the cpu backend', () => {
    forRandomCases(5, (rng) => {
      const x = normal(rng, [4, 5, 6]);
      const cut = (t: tf.Tensor) => tf.slice(t, [1, 2, 0], [2, 3, 5]);
      expectSameOnBoth(() => tf.grad((t) => tf.sum(tf.square(cut(t))))(tf.tensor3d(x, [4, 5, 6])));
    });
  });
});

it('takes every n-th element, backwards too', () => {
  forRandomCases(80, (rng) => {
    const shape = [1 + rng.integer(6), 1 + rng.integer(6), 1 + rng.integer(6)];
    const x = normal(rng, shape);
    // Never all 1, where tfjs's cpu kernel refuses an end before the beginning.
    const steps = [pick(rng, [2, 3, -1, -2]), pick(rng, [1, 2, -1]), pick(rng, [1, 1, 3, -2])];
    const [begin, end] = [shape, shape].map((sizes) => sizes.map((size) => rng.integer(2 * size) - size));
    const mask = () => rng.integer(8);
    const [beginMask, endMask] = [mask(), mask()];
    expectSameOnBoth(() => tf.stridedSlice(tf.tensor(x, shape), begin!, end!, steps, beginMask, endMask));
  });
});

it('drops an axis, adds one, and steps along a third at once', () => {
  tf.setBackend('native');
  const x = tf.reshape(tf.range(0, 24), [2, 3, 4]);
  const [row, newAxis] = [1 << 0, 1 << 1];
  const y = tf.stridedSlice(x, [1, 0, 0, 3], [2, 0, 3, -5], [1, 1, 2, -2], 0, 0, 0, newAxis, row); // x[1, newaxis, ::2, 3::-2]
  expect(y.shape).toEqual([1, 2, 2]);
  expect([...y.dataSync()]).toEqual([15, 13, 23, 21]);
});

it('splits and unstacks', () => {
  forRandomCases(30, (rng) => {
    const shape = [4, 6, 8];
    const x = normal(rng, shape);
    const axis = rng.integer(3);
    expectSameOnBoth(() => {
      const whole = tf.tensor(x, shape);
      return [
        ...tf.split(whole, 2, axis),
        ...tf.split(whole, [1, 0, shape[axis]! - 1], axis),
        ...tf.unstack(whole, axis - 3),
      ];
    });
  });
});

it('reverses', () => {
  forRandomCases(30, (rng) => {
    const shape = randomShape(rng, 4);
    const x = normal(rng, shape);
    const axes = shape.map((_, axis) => axis).filter(() => rng.uniform() < 0.5);
    expectSameOnBoth(() => tf.reverse(tf.tensor(x, shape), axes.length > 0 ? axes : undefined));
  });
});

describe('gather', () => {
  it('equals the cpu backend for random axes and batches', () => {
    forRandomCases(40, (rng) => {
      const shape = [2, 3, 5, 4];
      const x = normal(rng, shape);
      const axis = 1 + rng.integer(3);
      const batchDims = rng.integer(2);
      const indexShape = batchDims === 1 ? [2, 1 + rng.integer(3)] : [rng.integer(4), 2];
      const count = indexShape[0]! * indexShape[1]!;
      const indices = Int32Array.from({ length: count }, () => rng.integer(shape[axis]!));
      expectSameOnBoth(() => tf.gather(tf.tensor(x, shape), tf.tensor(indices, indexShape, 'int32'), axis, batchDims));
    });
  });

  it('refuses an index outside', () => {
    tf.setBackend('native');
    expect(() => tf.gather(tf.ones([3, 2]), tf.tensor1d([0, 3], 'int32'))).toThrow('not in [0, 2]');
    expect(() => tf.gather(tf.ones([3, 2]), tf.tensor1d([-1], 'int32'))).toThrow('not in [0, 2]');
  });

  it('has the gradient of the cpu backend', () => {
    forRandomCases(3, (rng) => {
      const x = normal(rng, [5, 3]);
      expectSameOnBoth(() =>
        tf.grad((t) => tf.sum(tf.square(tf.gather(t, tf.tensor1d([4, 0, 4], 'int32')))))(tf.tensor2d(x, [5, 3])),
      );
    });
  });
});
