import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers gradients
import { expectAllClose } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import golden from './__fixtures__/golden.json' with { type: 'json' };
import { distillationLoss, jointLoss, matchAccuracy } from './loss.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('jointLoss', () => {
  it.each(golden.losses)('equals the loops of the authors, symmetric: $symmetric', ({ symmetric, loss, gradient }) => {
    tf.tidy(() => {
      const shape: [number, number] = [golden.n, golden.dim];
      const images = tf.tensor2d(golden.images, shape);
      const f = (texts: tf.Tensor) =>
        jointLoss(tf.matMul(images, texts as tf.Tensor2D, false, true), { symmetric, margin: 1 });
      const { value, grad } = tf.valueAndGrad(f)(tf.tensor2d(golden.texts, shape));
      expectAllClose(value.dataSync(), [loss]);
      expectAllClose(grad.dataSync(), gradient);
    });
  });

  it('is zero, without a gradient, once every pair wins by the margin', () => {
    tf.tidy(() => {
      const scores = tf.mul<tf.Tensor2D>(tf.eye(3), 1);
      const { value, grad } = tf.valueAndGrad((s) => jointLoss(s as tf.Tensor2D, { symmetric: true, margin: 1 }))(
        scores,
      );
      expect(value.dataSync()[0]).toBe(0);
      expect(grad.dataSync().every((x) => x === 0)).toBe(true);
    });
  });
});

it('distillationLoss is the Huber loss of PyTorch, over scores in deviations of the target', () => {
  tf.tidy(() => {
    const { taught, loss, gradient } = golden.distillation;
    const shape: [number, number] = [golden.n, golden.dim];
    const images = tf.tensor2d(golden.images, shape);
    const scores = (texts: tf.Tensor) => tf.matMul<tf.Tensor2D>(images, texts as tf.Tensor2D, false, true);
    const target = scores(tf.tensor2d(taught, shape));
    const f = (texts: tf.Tensor) => distillationLoss(scores(texts), target);
    const { value, grad } = tf.valueAndGrad(f)(tf.tensor2d(golden.texts, shape));
    expectAllClose(value.dataSync(), [loss]);
    expectAllClose(grad.dataSync(), gradient);
  });
});

it('distillationLoss is finite for a teacher that says the same of all', () => {
  const zeros = tf.zeros<tf.Rank.R2>([2, 2]);
  expect(tf.tidy(() => distillationLoss(zeros, zeros)).dataSync()[0]).toBe(0);
});

it('matchAccuracy counts the images whose own caption scores highest', () => {
  const scores = tf.tensor2d([3, 1, 0, 2, 1, 0, 0, 0, 1], [3, 3]);
  expect(matchAccuracy(scores).dataSync()[0]).toBeCloseTo(2 / 3, 6);
});
