import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { expectSameOnBoth, forRandomCases, runOn } from '../test-support.ts';
import { awkward, randomShape, SPECIAL } from '../test-values.ts';

const OPERATIONS: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  abs: tf.abs,
  clipByValue: (x) => tf.clipByValue(x, -0.5, 0.75),
  elu: tf.elu,
  exp: tf.exp,
  expm1: tf.expm1,
  leakyRelu: (x) => tf.leakyRelu(x, 0.2),
  log: tf.log,
  log1p: tf.log1p,
  neg: tf.neg,
  reciprocal: tf.reciprocal,
  relu: tf.relu,
  relu6: tf.relu6,
  rsqrt: tf.rsqrt,
  sigmoid: tf.sigmoid,
  sign: tf.sign,
  softplus: tf.softplus,
  sqrt: tf.sqrt,
  square: tf.square,
  step: (x) => tf.step(x, 0.25),
  tanh: tf.tanh,
};

describe.each(Object.entries(OPERATIONS))('%s', (_, operation) => {
  it('equals the cpu backend for random shapes, NaN, infinities, denormals', () => {
    forRandomCases(25, (rng) => {
      const shape = randomShape(rng);
      const x = awkward(rng, shape);
      expectSameOnBoth(() => operation(tf.tensor(x, shape)), { relative: 2e-6, absolute: 1e-37 });
    });
  });

  it('has the gradient of the cpu backend', () => {
    forRandomCases(5, (rng) => {
      const x = rng.normal(37);
      expectSameOnBoth(() => tf.grad((t) => tf.sum(tf.square(operation(t))))(tf.tensor1d(x)), {
        relative: 1e-5,
        absolute: 1e-6,
      });
    });
  });
});

it('computes every special number exactly where the result is a special number', () => {
  for (const operation of [tf.relu, tf.neg, tf.abs, tf.sign, tf.relu6, tf.sqrt]) {
    const [cpu] = runOn('cpu', () => operation(tf.tensor1d(SPECIAL)));
    const [native] = runOn('native', () => operation(tf.tensor1d(SPECIAL)));
    expect([...native!.values]).toEqual([...cpu!.values]); // distinguishes −0
  }
});

it('leaves int32 and bool to the inherited kernels', () => {
  expectSameOnBoth(() => [
    tf.square(tf.tensor1d([1, -2, 3], 'int32')),
    tf.relu(tf.tensor1d([1, -2, 3], 'int32')),
    tf.neg(tf.tensor1d([1, -2, 3], 'int32')),
  ]);
});

it('is within 4 units in the last place over a fine grid of floats', () => {
  const exact: [(x: tf.Tensor) => tf.Tensor, (x: number) => number][] = [
    [tf.exp, Math.exp],
    [tf.log, Math.log],
    [tf.log1p, Math.log1p],
    [tf.expm1, Math.expm1],
    [tf.tanh, Math.tanh],
    [tf.softplus, (x) => (x > 30 ? x : Math.log1p(Math.exp(x)))],
  ];
  // Every 9973rd of all bit patterns.
  const bits = Uint32Array.from({ length: 430_000 }, (_, i) => i * 9973);
  const grid = new Float32Array(bits.buffer);
  for (const [operation, reference] of exact) {
    const { values } = runOn('native', () => operation(tf.tensor1d(grid)))[0]!;
    let worst = 0;
    for (let i = 0; i < grid.length; i++) {
      const expected = reference(grid[i]!);
      const rounded = Math.fround(expected);
      if (Object.is(values[i], rounded) || values[i] === rounded) continue;
      const unit = Math.max(2 ** (Math.floor(Math.log2(Math.abs(rounded))) - 23), 2 ** -149);
      const error = Math.abs(values[i]! - expected) / unit;
      worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
    }
    expect(worst).toBeLessThan(4);
  }
});
