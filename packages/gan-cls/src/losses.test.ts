import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients of stock operations
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { costAsFake, costAsReal, discriminatorLoss, generatorLoss } from './losses.ts';

beforeAll(() => tf.setBackend('cpu'));

const logits = (...values: number[]) => tf.tensor2d(values, [values.length, 1]);
const number = (x: tf.Tensor) => x.dataSync()[0]!;
const minusLogSigmoid = (s: number) => Math.log(1 + Math.exp(-s));

describe('losses', () => {
  it('stay finite, with gradients, where a sigmoid is 0 or 1 in float32', () => {
    expect(number(costAsReal(logits(-200)))).toBe(200);
    expect(number(costAsReal(logits(200)))).toBe(0);
    expect(number(costAsFake(logits(200)))).toBe(200);
    expect(number(tf.grad((s) => costAsReal(s))(logits(-200)))).toBe(-1);
    expect(number(tf.grad((s) => costAsFake(s))(logits(200)))).toBe(1);
  });

  it('weigh the mismatching pair by clsWeight and the fake by the rest', () => {
    const [real, wrong, fake] = [logits(1), logits(2), logits(3)];
    const asFake = (s: number) => minusLogSigmoid(-s);
    const expected = minusLogSigmoid(1) + 0.3 * asFake(2) + 0.7 * asFake(3);
    const weights = { clsWeight: 0.3, labelSmoothing: 0 };
    expect(number(discriminatorLoss({ real, wrong, fake }, weights))).toBeCloseTo(expected, 5);
    expect(number(discriminatorLoss({ real, fake }, weights))).toBeCloseTo(minusLogSigmoid(1) + asFake(3), 5);
  });

  it('smooth the label of real pairs alone', () => {
    const [real, wrong, fake] = [logits(1), logits(2), logits(3)];
    const weights = { clsWeight: 0.5, labelSmoothing: 0.1 };
    const ofReal = 0.9 * minusLogSigmoid(1) + 0.1 * minusLogSigmoid(-1);
    const unreal = 0.5 * minusLogSigmoid(-2) + 0.5 * minusLogSigmoid(-3);
    expect(number(discriminatorLoss({ real, wrong, fake }, weights))).toBeCloseTo(ofReal + unreal, 5);
    // cheapest where σ(s) is 0.9: beyond it D is too sure of itself
    const slope = tf.grad((s) => discriminatorLoss({ real: s, fake }, weights))(logits(Math.log(9)));
    expect(number(slope)).toBeCloseTo(0, 6);
  });

  it('divide captions and interpolations by the rows of both', () => {
    const s = [0.5, -1, 2, 0, 3, -2]; // four captions, two interpolations
    const weights = [1, 1, 1, 1, 0.25, 0.25];
    const expected = s.reduce((sum, logit, i) => sum + weights[i]! * minusLogSigmoid(logit), 0) / 6;
    expect(number(generatorLoss(logits(...s), 4, 0.25))).toBeCloseTo(expected, 5);
  });
});
