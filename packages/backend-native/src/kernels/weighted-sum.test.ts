import { weightedSum } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { expectSameOnBoth, forRandomCases, normal, runOn } from '../test-support.ts';

it('is that of the composed operation, of any length', () => {
  forRandomCases(6, (rng) => {
    const shape = [rng.integer(4), rng.integer(40_000)];
    const [a, b] = [normal(rng, shape), normal(rng, shape)];
    const [weightA, weightB] = [rng.uniform(-1, 1), rng.uniform(-1, 1)];
    expectSameOnBoth(() => weightedSum(tf.tensor(a, shape), tf.tensor(b, shape), weightA, weightB), {
      relative: 1e-6,
      absolute: 1e-6,
    });
  });
});

it('lets NaN and infinity through', () => {
  const x = [Number.NaN, Number.POSITIVE_INFINITY, 1];
  const [result] = runOn('native', () => weightedSum(tf.tensor1d(x), tf.ones([3]), 2, 3));
  expect([...result!.values]).toEqual([Number.NaN, Number.POSITIVE_INFINITY, 5]);
});
