import { Adam } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { expectSameOnBoth, forRandomCases, normal, runOn } from '../test-support.ts';

it('takes the steps of the composed operation', () => {
  forRandomCases(5, (rng) => {
    const shape = [3, 5, 17];
    const start = normal(rng, shape);
    const gradients = Array.from({ length: 4 }, () => normal(rng, shape));
    expectSameOnBoth(
      () => {
        const variable = tf.variable(tf.tensor(start, shape));
        const adam = new Adam({ weight: variable }, { beta1: 0.5 });
        for (const gradient of gradients) adam.apply({ [variable.name]: tf.tensor(gradient, shape) }, 2e-4);
        const result = variable.clone();
        adam.dispose();
        variable.dispose();
        return result;
      },
      { relative: 1e-6, absolute: 1e-7 },
    );
  });
});

it('lets NaN through to the variable', () => {
  const [result] = runOn('native', () => {
    const variable = tf.variable(tf.ones([2]));
    const adam = new Adam({ weight: variable });
    adam.apply({ [variable.name]: tf.tensor1d([Number.NaN, 1]) }, 0.1);
    const copy = variable.clone();
    adam.dispose();
    variable.dispose();
    return copy;
  });
  expect(result!.values[0]).toBeNaN();
  expect(result!.values[1]).toBeCloseTo(0.9, 5);
});
