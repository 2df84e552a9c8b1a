import type { Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, it } from 'vitest';
import { expectSameOnBoth, forRandomCases, normal } from '../test-support.ts';
import { awkward, pick } from '../test-values.ts';

type Shape4 = [number, number, number, number];
type Pad = 'same' | 'valid' | number;

function randomPooling(rng: Rng) {
  const shape: Shape4 = [
    1 + rng.integer(3),
    3 + rng.integer(7),
    3 + rng.integer(7),
    pick(rng, [1, 3, 16, 63, 65, 130]),
  ];
  const size: [number, number] = [1 + rng.integer(3), 1 + rng.integer(3)];
  const strides: [number, number] = [1 + rng.integer(3), 1 + rng.integer(3)];
  const pad = pick<Pad>(rng, Math.min(...size) > 1 ? ['same', 'valid', 1] : ['same', 'valid']);
  return { shape, size, strides, pad, rounding: typeof pad === 'number' ? ('floor' as const) : undefined };
}

describe.each([
  ['maxPool', tf.maxPool],
  ['avgPool', tf.avgPool],
] as const)('%s', (_, pool) => {
  it('equals the cpu backend for random windows, NaN and infinities', () => {
    forRandomCases(40, (rng) => {
      const { shape, size, strides, pad, rounding } = randomPooling(rng);
      const x = awkward(rng, shape).map((v) => (Math.abs(v) > 1e30 && Number.isFinite(v) ? 1 : v));
      expectSameOnBoth(() => pool(tf.tensor4d(x, shape), size, strides, pad, rounding), { relative: 1e-5 });
    });
  });

  it('has the gradient of the cpu backend, ties included', () => {
    forRandomCases(25, (rng) => {
      const { shape, size, strides, ...edges } = randomPooling(rng);
      // The cpu backend's gradient of an average counts padding, which its average does not: see beyond-cpu.test.ts.
      const { pad, rounding } = pool === tf.avgPool ? ({ pad: 'valid', rounding: undefined } as const) : edges;
      const x = normal(rng, shape).map((value) => Math.round(value * 2));
      expectSameOnBoth(
        () =>
          tf.grad((t) => tf.sum(tf.square(pool(t as tf.Tensor4D, size, strides, pad, rounding))))(
            tf.tensor4d(x, shape),
          ),
        { relative: 1e-5, absolute: 1e-5 },
      );
    });
  });
});
