import type { Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { expectSameOnBoth, forRandomCases, normal } from '../test-support.ts';
import { awkward, pick, randomPermutation, randomShape } from '../test-values.ts';
import { mergeAxes } from './strided-copy.ts';

const DTYPES = ['float32', 'int32', 'bool'] as const;

/** A tensor of any movable type, on the current backend. */
function randomTensor(rng: Rng, shape: number[]): () => tf.Tensor {
  const dtype = pick(rng, DTYPES);
  const values = normal(rng, shape).map((value) => (dtype === 'float32' ? value : Math.trunc(value)));
  return () => tf.cast(tf.tensor(values, shape), dtype);
}

describe('transpose', () => {
  it('equals the cpu backend for random shapes, permutations and types', () => {
    forRandomCases(80, (rng) => {
      const shape = randomShape(rng);
      const x = randomTensor(rng, shape);
      const permutation = randomPermutation(rng, shape.length);
      expectSameOnBoth(() => tf.transpose(x(), permutation));
    });
  });

  it.each([
    [
      [301, 177],
      [1, 0],
    ],
    [
      [3, 65, 130],
      [0, 2, 1],
    ],
    [
      [4, 17, 19, 33],
      [3, 1, 2, 0],
    ],
    [
      [7, 8, 9, 40],
      [0, 3, 1, 2],
    ],
    [
      [7, 40, 8, 9],
      [0, 2, 3, 1],
    ],
    [
      [2, 3, 50, 60],
      [1, 0, 2, 3],
    ],
  ])('splits %j by %j into pieces', (shape, permutation) => {
    forRandomCases(1, (rng) => {
      const x = normal(rng, shape);
      expectSameOnBoth(() => tf.transpose(tf.tensor(x, shape), permutation));
    });
  });

  it('has the gradient of the cpu backend', () => {
    forRandomCases(3, (rng) => {
      const [x, w] = [normal(rng, [3, 4, 5]), normal(rng, [5, 3, 4])];
      expectSameOnBoth(() =>
        tf.grad((t) => tf.sum(tf.mul(tf.transpose(t, [2, 0, 1]), tf.tensor3d(w, [5, 3, 4]))))(
          tf.tensor3d(x, [3, 4, 5]),
        ),
      );
    });
  });
});

describe('pad', () => {
  it('equals the cpu backend, gradient included', () => {
    forRandomCases(40, (rng) => {
      const shape = [2, ...randomShape(rng, 3)];
      const x = awkward(rng, shape);
      const paddings = shape.map((): [number, number] => [rng.integer(3), rng.integer(3)]);
      const value = pick(rng, [0, 1.5, Number.NaN]);
      expectSameOnBoth(() => tf.pad(tf.tensor(x, shape), paddings, value));
      expectSameOnBoth(() => tf.grad((t) => tf.sum(tf.square(tf.pad(t, paddings))))(tf.tensor(x, shape)));
    });
  });
});

describe('concat and stack', () => {
  it('equal the cpu backend for random shapes, types and axes', () => {
    forRandomCases(60, (rng) => {
      const shape = [1 + rng.integer(4), rng.integer(5), 1 + rng.integer(6)];
      const [axis, newAxis] = [rng.integer(3), rng.integer(4)];
      const dtype = pick(rng, DTYPES);
      const parts = Array.from({ length: 1 + rng.integer(4) }, () => {
        const partShape = shape.with(axis, rng.integer(4));
        return { partShape, values: normal(rng, partShape).map(Math.trunc) };
      });
      const whole = Array.from({ length: 1 + rng.integer(3) }, () => normal(rng, shape).map(Math.trunc));
      expectSameOnBoth(() => [
        tf.concat(
          parts.map(({ partShape, values }) => tf.cast(tf.tensor(values, partShape), dtype)),
          axis,
        ),
        tf.stack(
          whole.map((values) => tf.cast(tf.tensor(values, shape), dtype)),
          newAxis,
        ),
      ]);
    });
  });

  it('have the gradients of the cpu backend', () => {
    forRandomCases(3, (rng) => {
      const [a, b] = [normal(rng, [2, 3, 4]), normal(rng, [2, 5, 4])];
      expectSameOnBoth(() =>
        tf.grads((x, y) => tf.sum(tf.square(tf.concat([x!, y!], 1))))([
          tf.tensor3d(a, [2, 3, 4]),
          tf.tensor3d(b, [2, 5, 4]),
        ]),
      );
    });
  });
});

describe('tile', () => {
  it('equals the cpu backend, gradient included', () => {
    forRandomCases(40, (rng) => {
      const shape = [1 + rng.integer(4), 1 + rng.integer(3), 1 + rng.integer(9)].slice(rng.integer(3));
      const x = randomTensor(rng, shape);
      const reps = shape.map(() => rng.integer(4));
      expectSameOnBoth(() => tf.tile(x(), reps));
      const [values, times] = [normal(rng, shape), shape.map(() => 1 + rng.integer(3))];
      expectSameOnBoth(() => tf.grad((t) => tf.sum(tf.square(tf.tile(t, times))))(tf.tensor(values, shape)), {
        absolute: 1e-5,
      });
    });
  });
});

it('moves depth to space', () => {
  forRandomCases(10, (rng) => {
    const blockSize = 2 + rng.integer(2);
    const depth = blockSize * blockSize * (1 + rng.integer(4));
    const shape: [number, number, number, number] = [1 + rng.integer(2), 1 + rng.integer(4), 1 + rng.integer(4), depth];
    const x = normal(rng, shape);
    expectSameOnBoth(() => tf.depthToSpace(tf.tensor4d(x, shape), blockSize));
  });
});

it('joins axes that both sides walk in one stride', () => {
  const axes = [
    { size: 2, inStride: 12, outStride: 12 },
    { size: 1, inStride: 99, outStride: 99 },
    { size: 3, inStride: 4, outStride: 4 },
    { size: 4, inStride: 1, outStride: 1 },
  ];
  expect(mergeAxes(axes)).toEqual([{ size: 24, inStride: 1, outStride: 1 }]);
  expect(mergeAxes([])).toEqual([{ size: 1, inStride: 1, outStride: 1 }]);
});
