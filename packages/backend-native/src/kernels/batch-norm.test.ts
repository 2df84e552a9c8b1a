import type { Rng } from '@t2i/core';
import { batchNormTraining, type RectifierName } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { expectSameOnBoth, forRandomCases, normal, runOn } from '../test-support.ts';
import { pick } from '../test-values.ts';

const SHAPES = [
  [1, 3],
  [64, 1],
  [7, 100],
  [5, 4, 3, 17],
  [3, 9, 9, 64],
  [200, 300],
  [40, 10, 10, 24],
];

function randomCase(rng: Rng) {
  const shape = pick(rng, SHAPES);
  const channels = shape.at(-1)!;
  const activation = pick<RectifierName>(rng, ['linear', 'relu', 'leakyRelu']);
  return {
    shape,
    options: { activation, alpha: 0.2 },
    x: normal(rng, shape).map((value) => 2 * value + 1),
    dy: normal(rng, shape),
    gamma: normal(rng, [channels]),
    beta: normal(rng, [channels]),
  };
}

describe('batchNormTraining', () => {
  it('equals the composed operation of the cpu backend', () => {
    forRandomCases(20, (rng) => {
      const { shape, options, x, gamma, beta } = randomCase(rng);
      expectSameOnBoth(
        () => {
          const result = batchNormTraining(tf.tensor(x, shape), tf.tensor1d(gamma), tf.tensor1d(beta), options);
          return [result.y, result.mean, result.variance];
        },
        { relative: 1e-5, absolute: 1e-4 },
      );
    });
  });

  it('has its gradients', () => {
    forRandomCases(20, (rng) => {
      const { shape, options, x, dy, gamma, beta } = randomCase(rng);
      if (shape[0] === 1) return; // one row: the variance is 0 and rounding decides the sign
      expectSameOnBoth(
        () => {
          const gradients = tf.grads((...t: tf.Tensor[]) => batchNormTraining(t[0]!, t[1]!, t[2]!, options).y);
          return gradients([tf.tensor(x, shape), tf.tensor1d(gamma), tf.tensor1d(beta)], tf.tensor(dy, shape));
        },
        { relative: 1e-4, absolute: 1e-3 },
      );
    });
  });

  it('keeps its precision where the mean is large', () => {
    const x = new Float32Array(5000).map((_, i) => 1000 + (i % 5));
    const options = { activation: 'linear' as const };
    const [y, , variance] = runOn('native', () => {
      const result = batchNormTraining(tf.tensor(x, [5000, 1]), tf.ones([1]), tf.zeros([1]), options);
      return [result.y, result.mean, result.variance];
    });
    expect(variance!.values[0]).toBeCloseTo(2, 5);
    expect(y!.values[0]).toBeCloseTo(-Math.SQRT2, 4);
  });

  it('takes an empty batch', () => {
    tf.setBackend('native');
    const [x, gamma, beta] = [tf.zeros([0, 3]), tf.ones([3]), tf.zeros([3])];
    const gradients = tf.grads((...t: tf.Tensor[]) => batchNormTraining(t[0]!, t[1]!, t[2]!).y);
    const [dx, dgamma, dbeta] = gradients([x, gamma, beta], tf.zeros([0, 3]));
    expect(dx!.shape).toEqual([0, 3]);
    expect([...dgamma!.dataSync(), ...dbeta!.dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...batchNormTraining(x, gamma, beta).mean.dataSync()]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it('shows NaN and infinity', () => {
    expectSameOnBoth(() => {
      const x = tf.tensor2d([1, Number.NaN, 3, 4, 5, 6, Number.POSITIVE_INFINITY, 8, 9], [3, 3]);
      return batchNormTraining(x, tf.ones([3]), tf.zeros([3]), { activation: 'relu' }).y;
    });
  });
});
