import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, it } from 'vitest';
import { expectSameOnBoth, forRandomCases, normal } from '../test-support.ts';
import { awkward, pick, randomShape } from '../test-values.ts';

describe('softmax', () => {
  it('equals the cpu backend, NaN and infinities included', () => {
    forRandomCases(30, (rng) => {
      const shape = [...randomShape(rng, 3), 1 + rng.integer(40)];
      const x = awkward(rng, shape).map((value) => value * 5);
      expectSameOnBoth(() => tf.softmax(tf.tensor(x, shape)), { relative: 1e-5, absolute: 1e-9 });
    });
  });

  it('has the gradient of the cpu backend, logSoftmax too', () => {
    forRandomCases(5, (rng) => {
      const [x, w] = [normal(rng, [6, 11]), normal(rng, [6, 11])];
      for (const operation of [tf.softmax, tf.logSoftmax]) {
        expectSameOnBoth(
          () => tf.grad((t) => tf.sum(tf.mul(operation(t), tf.tensor2d(w, [6, 11]))))(tf.tensor2d(x, [6, 11])),
          { relative: 1e-4, absolute: 1e-6 },
        );
      }
    });
  });
});

describe('localResponseNormalization', () => {
  it('equals the cpu backend, gradient included', () => {
    forRandomCases(25, (rng) => {
      const shape: [number, number, number, number] = [2, 1 + rng.integer(3), 2, 1 + rng.integer(30)];
      const x = normal(rng, shape);
      const parameters = [rng.integer(6), 0.5 + rng.uniform(), 0.1 + rng.uniform(), pick(rng, [0.75, 0.5, 1])] as const;
      const normalise = (t: tf.Tensor) => tf.localResponseNormalization(t as tf.Tensor4D, ...parameters);
      expectSameOnBoth(
        () => {
          const input = tf.tensor4d(x, shape);
          return [normalise(input), tf.grad((t) => tf.sum(tf.square(normalise(t))))(input)];
        },
        { relative: 2e-5, absolute: 2e-5 },
      );
    });
  });
});

describe('batchNorm', () => {
  it('equals the cpu backend with and without scale and offset', () => {
    forRandomCases(20, (rng) => {
      const shape = [...randomShape(rng, 3).map((size) => size || 1), 1 + rng.integer(40)];
      const channels = shape.at(-1)!;
      const [x, mean, scale, offset] = [normal(rng, shape), ...[0, 1, 2].map(() => normal(rng, [channels]))];
      const variance = normal(rng, [channels]).map((value) => value * value);
      const [hasScale, hasOffset] = [rng.uniform() < 0.5, rng.uniform() < 0.5];
      expectSameOnBoth(
        () =>
          tf.batchNorm(
            tf.tensor(x!, shape),
            tf.tensor1d(mean!),
            tf.tensor1d(variance),
            hasOffset ? tf.tensor1d(offset!) : undefined,
            hasScale ? tf.tensor1d(scale!) : undefined,
            1e-3,
          ),
        { relative: 1e-5, absolute: 1e-5 },
      );
    });
  });
});
