import type { Rng } from '@t2i/core';
import { rectify } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { expectSameOnBoth, forRandomCases, normal, runOn } from '../test-support.ts';
import { awkward, broadcastable, pick, randomShape, SPECIAL } from '../test-values.ts';
import { planBroadcast } from './broadcast.ts';

type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;
const ARITHMETIC: Record<string, Binary> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
  pow: tf.pow,
  prelu: tf.prelu,
};
const COMPARISONS: Record<string, Binary> = {
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
  equal: tf.equal,
  notEqual: tf.notEqual,
};

/** Two shapes that broadcast, either of them the larger one. */
function randomShapes(rng: Rng): [number[], number[]] {
  const shape = randomShape(rng);
  const thin = [broadcastable(rng, shape), broadcastable(rng, shape)] as const;
  return pick(rng, [
    [shape, shape],
    [shape, thin[0]],
    [thin[0], shape],
    [thin[0].length > thin[1].length ? thin[0] : shape, thin[1]],
  ] as [number[], number[]][]);
}

describe.each(Object.entries({ ...ARITHMETIC, ...COMPARISONS }))('%s', (_, operation) => {
  it('equals the cpu backend for random broadcasts, NaN and infinities', () => {
    forRandomCases(40, (rng) => {
      const [aShape, bShape] = randomShapes(rng);
      const [a, b] = [awkward(rng, aShape), awkward(rng, bShape)];
      expectSameOnBoth(() => operation(tf.tensor(a, aShape), tf.tensor(b, bShape)), {
        relative: 1e-6,
        absolute: 1e-37,
      });
    });
  });
});

describe.each(Object.entries(ARITHMETIC))('%s', (_, operation) => {
  it('has the gradients of the cpu backend', () => {
    forRandomCases(8, (rng) => {
      // tfjs itself does not sum these gradients over broadcast axes.
      const alike = new Set<Binary>([tf.squaredDifference, tf.prelu, tf.maximum, tf.minimum]).has(operation);
      const aShape = [3, alike ? 5 : 1, 7];
      const bShape = alike ? aShape : [5, 7];
      const [a, b] = [normal(rng, aShape), normal(rng, bShape)].map((values) => values.map(Math.abs));
      expectSameOnBoth(
        () => {
          const loss = (x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.square(operation(x, y))) as tf.Scalar;
          return tf.grads((...xs: tf.Tensor[]) => loss(xs[0]!, xs[1]!))([tf.tensor(a!, aShape), tf.tensor(b!, bShape)]);
        },
        { relative: 1e-4, absolute: 1e-5 },
      );
    });
  });
});

describe('broadcasting', () => {
  it('joins axes that both inputs walk together', () => {
    expect([...planBroadcast([4, 5, 6], [4, 5, 6]).plan]).toEqual([1, 120, 1, 1]);
    expect([...planBroadcast([4, 5, 6], [6]).plan]).toEqual([2, 20, 6, 6, 1, 0, 1]);
    expect([...planBroadcast([4, 5, 6], [4, 1, 1]).plan]).toEqual([2, 4, 30, 30, 1, 1, 0]);
    expect([...planBroadcast([], [2, 3]).plan]).toEqual([1, 6, 0, 1]);
    expect([...planBroadcast([1, 1], [1]).plan]).toEqual([1, 1, 1, 1]);
  });

  it.each([
    [[64, 9, 3], [3]],
    [[3], [700, 3]],
    [[5000], []],
    [[], [5000]],
    [
      [2, 40_000],
      [2, 1],
    ],
    [
      [1, 40_000],
      [3, 1],
    ],
    [
      [129, 200],
      [1, 200],
    ],
  ])('splits %j with %j into pieces', (aShape, bShape) => {
    forRandomCases(1, (rng) => {
      const [a, b] = [normal(rng, aShape), normal(rng, bShape)];
      expectSameOnBoth(() => tf.sub(tf.tensor(a, aShape), tf.tensor(b, bShape)));
    });
  });

  it('refuses shapes that do not broadcast', () => {
    tf.setBackend('native');
    expect(() => tf.add(tf.ones([2, 3]), tf.ones([2]))).toThrow(/could not be broadcast/);
  });
});

it('treats every pair of special numbers as the cpu backend does, signs of zero included', () => {
  const a = SPECIAL.flatMap((x) => SPECIAL.map(() => x));
  const b = SPECIAL.flatMap(() => SPECIAL);
  for (const operation of [tf.add, tf.mul, tf.div, tf.maximum, tf.minimum, tf.pow, tf.greaterEqual, tf.notEqual]) {
    const [cpu] = runOn('cpu', () => operation(tf.tensor1d(a), tf.tensor1d(b)));
    const [native] = runOn('native', () => operation(tf.tensor1d(a), tf.tensor1d(b)));
    expect([...native!.values]).toEqual([...cpu!.values]);
  }
});

it('raises to scalar powers, with gradients', () => {
  forRandomCases(8, (rng) => {
    const x = normal(rng, [45]).map(Math.abs);
    for (const exponent of [2, 0.5, -1, 3, 0]) {
      expectSameOnBoth(() => [
        tf.pow(tf.tensor1d(x), exponent),
        tf.grad((t) => tf.sum(tf.pow(t, exponent)))(tf.tensor1d(x)),
      ]);
    }
  });
});

it('combines truth values and selects', () => {
  forRandomCases(20, (rng) => {
    const shape = randomShape(rng);
    const [a, b] = [awkward(rng, shape), awkward(rng, shape)];
    expectSameOnBoth(() => {
      const [x, y] = [tf.tensor(a, shape), tf.tensor(b, shape)];
      const [p, q] = [tf.greater(x, 0), tf.less(y, 0.5)];
      return [tf.logicalAnd(p, q), tf.logicalOr(p, q), tf.logicalNot(p), tf.where(p, x, y), tf.logicalXor(p, q)];
    });
  });
});

it('adds many tensors', () => {
  forRandomCases(5, (rng) => {
    const parts = Array.from({ length: 2 + rng.integer(5) }, () => normal(rng, [3, 17]));
    expectSameOnBoth(() => tf.addN(parts.map((part) => tf.tensor(part, [3, 17]))));
  });
});

it('rectifies and its gradient equals the composed one', () => {
  forRandomCases(10, (rng) => {
    const shape = randomShape(rng);
    const [x, dy] = [awkward(rng, shape), normal(rng, shape)];
    for (const activation of ['relu', 'leakyRelu'] as const) {
      expectSameOnBoth(() => tf.grad((t) => rectify(t, activation))(tf.tensor(x, shape), tf.tensor(dy, shape)));
    }
  });
});

it('leaves int32 to the inherited kernels', () => {
  expectSameOnBoth(() => {
    const [a, b] = [tf.tensor1d([7, -8, 9], 'int32'), tf.tensor1d([2, 3, -4], 'int32')];
    return [tf.add(a, b), tf.div(a, b), tf.maximum(a, b), tf.mul(a, tf.scalar(0.5)), tf.greater(a, b)];
  });
});
