import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients of stock operations
import { Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { gradientPenalty } from './gradient-penalty.ts';

beforeAll(() => tf.setBackend('cpu'));

const rng = new Rng(1);
const ROWS = 3;
const images = tf.tensor4d(rng.normal(ROWS * 4 * 4 * 2), [ROWS, 4, 4, 2]);
const kernel = tf.variable(tf.mul(tf.tensor2d(rng.normal(32 * 5), [32, 5]), 0.02));
const score = tf.variable(tf.tensor2d(rng.normal(5), [5, 1]));

/** Smooth, and of operations that tfjs differentiates twice. */
const logitsOf = (x: tf.Tensor) => tf.matMul(tf.tanh(tf.matMul(tf.reshape(x, [ROWS, 32]), kernel)), score);

/** ½·mean ‖∂D/∂x‖², differentiated through its own derivative. */
function exactPenalty(): tf.Scalar {
  const slope = tf.grad((x) => tf.sum(logitsOf(x)))(images);
  return tf.div(tf.sum(tf.square(slope)), 2 * ROWS);
}

describe('gradientPenalty', () => {
  it('has the gradient of second derivatives, and reports the squared slope', () => {
    let squaredSlope = Number.NaN;
    const { grads } = tf.variableGrads(() => {
      const penalty = gradientPenalty(logitsOf, images, logitsOf(images));
      squaredSlope = penalty.squaredSlope.dataSync()[0]!;
      return penalty.surrogate;
    });
    const exact = tf.variableGrads(exactPenalty);
    expect(squaredSlope).toBeCloseTo(2 * exact.value.dataSync()[0]!, 4);
    for (const name of Object.keys(exact.grads)) {
      const [ours, theirs] = [grads[name]!, exact.grads[name]!];
      const difference = tf.norm(tf.sub(ours, theirs)).dataSync()[0]!;
      expect(difference / tf.norm(theirs).dataSync()[0]!).toBeLessThan(0.05); // of a step of 0.1
    }
  });

  it('is zero where D is flat', () => {
    const flat = (x: tf.Tensor) => tf.mul(tf.sum(tf.reshape(x, [ROWS, 32]), 1, true), 0);
    const { squaredSlope, surrogate } = gradientPenalty(flat, images, flat(images));
    expect([squaredSlope.dataSync()[0], surrogate.dataSync()[0]]).toEqual([0, 0]);
  });
});
