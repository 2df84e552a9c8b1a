import type { Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { expectSameOnBoth, forRandomCases, normal, runOn } from '../test-support.ts';

type Shape4 = [number, number, number, number];
const CLOSE = { relative: 2e-4, absolute: 2e-4 };

function pick<T>(rng: Rng, values: readonly T[]): T {
  return values[rng.integer(values.length)]!;
}

/** A random convolution whose output is not empty. */
function randomConv(rng: Rng, channels: readonly number[] = [1, 2, 3, 5, 8, 16, 17, 33]) {
  for (;;) {
    const shape: Shape4 = [1 + rng.integer(3), 1 + rng.integer(12), 1 + rng.integer(12), pick(rng, channels)];
    const filterShape: Shape4 = [1 + rng.integer(5), 1 + rng.integer(5), shape[3], pick(rng, channels)];
    const strides: [number, number] = [1 + rng.integer(3), 1 + rng.integer(3)];
    const pad = pick(rng, ['same', 'valid', 1] as const);
    const room = pad === 'valid' ? 0 : 2;
    if (filterShape[0] > shape[1] + room || filterShape[1] > shape[2] + room) continue;
    return { shape, filterShape, strides, pad, x: normal(rng, shape), w: normal(rng, filterShape) };
  }
}

describe('conv2d', () => {
  it('equals the cpu backend for random sizes, strides and paddings', () => {
    forRandomCases(80, (rng) => {
      const { shape, filterShape, strides, pad, x, w } = randomConv(rng);
      expectSameOnBoth(() => tf.conv2d(tf.tensor4d(x, shape), tf.tensor4d(w, filterShape), strides, pad), CLOSE);
    });
  });

  it('equals the cpu backend for dilations, explicit paddings and NCHW', () => {
    forRandomCases(40, (rng) => {
      const shape: Shape4 = [2, 9 + rng.integer(4), 9 + rng.integer(4), pick(rng, [1, 3, 16, 20])];
      const filterShape: Shape4 = [1 + rng.integer(3), 1 + rng.integer(3), shape[3], pick(rng, [1, 4, 40])];
      const dilations: [number, number] = [1 + rng.integer(3), 1 + rng.integer(3)];
      const pads = Array.from({ length: 4 }, () => rng.integer(3)) as Shape4;
      const pad = [[0, 0], pads.slice(0, 2), pads.slice(2), [0, 0]] as tf.backend_util.ExplicitPadding;
      const [x, w] = [normal(rng, shape), normal(rng, filterShape)];
      const layout = rng.uniform() < 0.2 ? 'NCHW' : 'NHWC';
      const place = <T>([n, h, c, d]: T[]) => (layout === 'NHWC' ? [n!, h!, c!, d!] : [n!, d!, h!, c!]);
      expectSameOnBoth(
        () =>
          tf.conv2d(
            tf.tensor4d(x, place(shape) as Shape4),
            tf.tensor4d(w, filterShape),
            1,
            place(pad as number[][]) as tf.backend_util.ExplicitPadding,
            layout,
            dilations,
          ),
        CLOSE,
      );
    });
  });

  it('has the gradients of the cpu backend', () => {
    forRandomCases(60, (rng) => {
      const { shape, filterShape, strides, pad, x, w } = randomConv(rng);
      expectSameOnBoth(
        () =>
          tf.grads((a, b) => tf.sum(tf.square(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad))))([
            tf.tensor4d(x, shape),
            tf.tensor4d(w, filterShape),
          ]),
        { relative: 1e-3, absolute: 2e-2 },
      );
    });
  });

  it('has fast algorithms for 4×4 filters of stride 2 and 3×3 of stride 1 that equal the cpu backend', () => {
    forRandomCases(8, (rng) => {
      const [size, stride] = pick(rng, [
        [4, 2],
        [3, 1],
      ] as const);
      const side = () => 7 * stride + rng.integer(3);
      const shape: Shape4 = [3, side(), side(), pick(rng, [32, 35])];
      const filterShape: Shape4 = [size, size, shape[3], pick(rng, [32, 37])];
      const pad = pick(rng, ['same', 'valid', 0] as const);
      const [x, w] = [normal(rng, shape), normal(rng, filterShape)];
      const bias = normal(rng, [filterShape[3]]);
      const both = (a: tf.Tensor, b: tf.Tensor) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, pad);
      expectSameOnBoth(() => {
        const [input, filter] = [tf.tensor4d(x, shape), tf.tensor4d(w, filterShape)];
        const fused = tf.fused.conv2d({
          x: input,
          filter,
          strides: stride,
          pad,
          bias: tf.tensor1d(bias),
          activation: 'relu',
        });
        const loss = (a?: tf.Tensor, b?: tf.Tensor) => tf.mean(tf.square(both(a!, b!)));
        return [both(input, filter), fused, ...tf.grads(loss)([input, filter])];
      }, CLOSE);
    });
  });

  it('fuses bias and activation', () => {
    const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const;
    forRandomCases(24, (rng) => {
      const { shape, filterShape, strides, pad, x, w } = randomConv(rng);
      const bias = normal(rng, [filterShape[3]]);
      const activation = pick(rng, activations);
      expectSameOnBoth(
        () =>
          tf.fused.conv2d({
            x: tf.tensor4d(x, shape),
            filter: tf.tensor4d(w, filterShape),
            strides,
            pad,
            bias: tf.tensor1d(bias),
            activation,
            leakyreluAlpha: 0.1,
          }),
        CLOSE,
      );
    });
  });

  it('transposes: from one pixel to 4×4, doubling, and to few channels', () => {
    const cases: [Shape4, Shape4, Shape4, number, 'same' | 'valid'][] = [
      [[3, 1, 1, 19], [4, 4, 40, 19], [3, 4, 4, 40], 1, 'valid'],
      [[2, 4, 4, 40], [4, 4, 33, 40], [2, 8, 8, 33], 2, 'same'],
      [[2, 8, 8, 33], [4, 4, 3, 33], [2, 16, 16, 3], 2, 'same'],
      [[2, 3, 3, 5], [2, 2, 20, 5], [2, 9, 9, 20], 3, 'same'],
      [[2, 5, 3, 5], [5, 3, 20, 5], [2, 9, 5, 20], 2, 'same'],
    ];
    forRandomCases(1, (rng) => {
      for (const [shape, filterShape, outShape, stride, pad] of cases) {
        const [x, w] = [normal(rng, shape), normal(rng, filterShape)];
        expectSameOnBoth(
          () => tf.conv2dTranspose(tf.tensor4d(x, shape), tf.tensor4d(w, filterShape), outShape, stride, pad),
          CLOSE,
        );
      }
    });
  });

  it('lets NaN reach the outputs that see it and no others', () => {
    const x = new Float32Array(6 * 6 * 2).fill(1);
    x[0] = Number.NaN;
    const [out] = runOn('native', () =>
      tf.conv2d(tf.tensor4d(x, [1, 6, 6, 2]), tf.ones<tf.Rank.R4>([3, 3, 2, 1]), 1, 'valid'),
    );
    expect([...out!.values].map(Number.isNaN)).toEqual(Array.from({ length: 16 }, (_, i) => i === 0));
  });

  it('makes an empty output for an empty batch', () => {
    expectSameOnBoth(() => tf.conv2d(tf.zeros<tf.Rank.R4>([0, 5, 5, 3]), tf.ones<tf.Rank.R4>([3, 3, 3, 4]), 1, 'same'));
  });
});
