import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { expectSameOnBoth, forRandomCases } from '../test-support.ts';
import { awkward, randomShape } from '../test-values.ts';

it('casts between every two types as the cpu backend does', () => {
  forRandomCases(20, (rng) => {
    const shape = randomShape(rng);
    const x = awkward(rng, shape).map((value) => value * 3);
    for (const from of ['float32', 'int32', 'bool'] as const) {
      for (const to of ['float32', 'int32', 'bool'] as const) {
        expectSameOnBoth(() => tf.cast(tf.cast(tf.tensor(x, shape), from), to));
      }
    }
  });
});

it('gives a cast tensor memory of its own, so that large integers survive', () => {
  tf.setBackend('native');
  const large = tf.tensor1d([16_777_217, -16_777_219], 'int32');
  const floats = tf.cast(large, 'float32');
  expect([...tf.mul(floats, 2).dataSync()]).toEqual([33_554_432, -33_554_440]);
  expect([...large.dataSync()]).toEqual([16_777_217, -16_777_219]);
});

it('fills, and makes zeros and ones like another tensor', () => {
  for (const shape of [[], [0], [3], [100, 70]]) {
    expectSameOnBoth(() => {
      const x = tf.fill(shape, 2.5);
      return [x, tf.zerosLike(x), tf.onesLike(x), tf.fill(shape, 3, 'int32'), tf.onesLike(tf.fill(shape, 1, 'bool'))];
    });
  }
});
