import { RmsProp } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { expectSameOnBoth, forRandomCases, normal, runOn } from '../test-support.ts';

/** The variable after one step for each gradient. */
function train(start: tf.Tensor, gradients: readonly tf.Tensor[], learningRate: number): tf.Tensor {
  const variable = tf.variable(start);
  const rmsProp = new RmsProp({ weight: variable });
  for (const gradient of gradients) rmsProp.apply({ [variable.name]: gradient }, learningRate);
  const result = variable.clone();
  rmsProp.dispose();
  variable.dispose();
  return result;
}

it('takes the steps of the composed operation', () => {
  forRandomCases(5, (rng) => {
    const shape = [3, 5, 17];
    const start = normal(rng, shape);
    const gradients = Array.from({ length: 4 }, () => normal(rng, shape));
    const run = () =>
      train(
        tf.tensor(start, shape),
        gradients.map((gradient) => tf.tensor(gradient, shape)),
        2e-4,
      );
    expectSameOnBoth(run, { relative: 1e-6, absolute: 1e-7 });
  });
});

it('lets NaN through to the variable', () => {
  const [result] = runOn('native', () => train(tf.ones([2]), [tf.tensor1d([Number.NaN, 1])], 0.1));
  expect(result!.values[0]).toBeNaN();
  expect(result!.values[1]).toBeCloseTo(0, 5); // the first step is learningRate / √(1 − decay)
});
