/** Cases in which the cpu backend is silently wrong: PyTorch's results (`__fixtures__/make_beyond_cpu.py`), or a refusal. docs/backends.md lists them. */

import { readFileSync } from 'node:fs';
import { expectAllClose } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import '../index.ts';

beforeAll(() => tf.setBackend('native'));

type Shape4 = [number, number, number, number];
type Rounding = 'floor' | 'ceil';

/** `dx` is the gradient of Σ dy·y with respect to x. */
interface GradientCase {
  readonly shape: Shape4;
  readonly x: number[];
  readonly outShape: Shape4;
  readonly y: number[];
  readonly dy: number[];
  readonly dx: number[];
}
interface ResizeCase extends GradientCase {
  readonly size: [number, number];
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}
interface PoolCase extends GradientCase {
  readonly window: number;
  readonly stride: number;
  readonly pad: number;
  readonly rounding: Rounding;
}
interface ConvCase extends GradientCase {
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly filter: number[];
  readonly dfilter: number[];
}
interface Golden {
  readonly bilinear: ResizeCase[];
  readonly nearest: ResizeCase[];
  readonly average: PoolCase[];
  readonly maximum: PoolCase[];
  readonly convolution: ConvCase[];
  readonly integers: Record<'a' | 'b' | 'multiply' | 'square' | 'squaredDifference', number[]>;
}

const file = new URL('../__fixtures__/beyond-cpu.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
const TOLERANCE = { relative: 1e-5, absolute: 1e-5 };

/** Compares y and every gradient with PyTorch's; `more` are inputs behind x with their gradients. */
function expectGradients(
  { shape, x, outShape, y, dy, dx }: GradientCase,
  operation: (...inputs: tf.Tensor4D[]) => tf.Tensor,
  ...more: { readonly input: tf.Tensor4D; readonly gradient: number[] }[]
): void {
  const inputs = [tf.tensor4d(x, shape), ...more.map(({ input }) => input)];
  const output = operation(...inputs);
  expect(output.shape).toEqual(outShape);
  expectAllClose(output.dataSync(), y, TOLERANCE);
  const gradients = tf.grads((...given) => operation(...(given as tf.Tensor4D[])))(inputs, tf.tensor4d(dy, outShape));
  for (const [i, expected] of [dx, ...more.map(({ gradient }) => gradient)].entries()) {
    expect(gradients[i]!.shape).toEqual(inputs[i]!.shape);
    expectAllClose(gradients[i]!.dataSync(), expected, TOLERANCE);
  }
}

describe('gradients of resizing', () => {
  it.each(golden.bilinear)('bilinear, $shape → $size, aligned: $alignCorners', (example) => {
    const { size, alignCorners, halfPixelCenters } = example;
    expectGradients(example, (x) => tf.image.resizeBilinear(x!, size, alignCorners, halfPixelCenters));
  });

  it.each(golden.nearest)('nearest, $shape → $size', (example) => {
    const { size, alignCorners, halfPixelCenters } = example;
    expectGradients(example, (x) => tf.image.resizeNearestNeighbor(x!, size, alignCorners, halfPixelCenters));
  });

  it.each([tf.image.resizeBilinear, tf.image.resizeNearestNeighbor])('is the transpose of any resizing', (resize) => {
    for (const [alignCorners, halfPixelCenters] of [
      [false, false],
      [true, false],
      [false, true],
    ] as const) {
      const [x, dy] = [tf.randomNormal<tf.Rank.R4>([2, 5, 3, 2]), tf.randomNormal<tf.Rank.R4>([2, 4, 7, 2])];
      const operation = (images: tf.Tensor) => resize(images as tf.Tensor4D, [4, 7], alignCorners, halfPixelCenters);
      const across = tf.sum(tf.mul(tf.grad(operation)(x, dy), x)).dataSync();
      expectAllClose(across, tf.sum(tf.mul(operation(x), dy)).dataSync(), { relative: 1e-4, absolute: 1e-4 });
    }
  });

  it('refuses a dy that no resizing makes', () => {
    const inputs = { images: tf.zeros([1, 2, 2, 3]), dy: tf.zeros([1, 4, 4, 2]) };
    expect(() => tf.engine().runKernel('ResizeBilinearGrad', inputs, { alignCorners: false })).toThrow(
      /^ResizeBilinearGrad: dy is \[1,4,4,2\], which no resizing makes of \[1,2,2,3\]/,
    );
  });
});

describe('windows', () => {
  it.each(golden.average)('average, $shape by $window, stride $stride, pad $pad, $rounding', (example) => {
    const { window, stride, pad, rounding } = example;
    expectGradients(example, (x) => tf.avgPool(x!, window, stride, pad, rounding));
  });

  it.each(golden.maximum)('maximum, $shape by $window, stride $stride, pad $pad, $rounding', (example) => {
    const { window, stride, pad, rounding } = example;
    expectGradients(example, (x) => tf.maxPool(x!, window, stride, pad, rounding));
  });

  it.each(golden.convolution)('convolution, $shape by $kernel, stride $stride, pad $pad, rounded up', (example) => {
    const { kernel, stride, pad, filter, dfilter } = example;
    const weights = { input: tf.tensor4d(filter, [kernel, kernel, 2, 3]), gradient: dfilter };
    expectGradients(example, (x, w) => tf.conv2d(x!, w!, stride, pad, 'NHWC', 1, 'ceil'), weights);
  });
});

describe('three axes', () => {
  it.each([
    ['same', undefined],
    [0, 'ceil'],
  ] as const)('each element gets its share of every average it is in: %s', (pad, rounding) => {
    const x = tf.randomNormal<tf.Rank.R5>([2, 3, 4, 3, 2]);
    const pool = (t: tf.Tensor) => tf.avgPool3d(t as tf.Tensor5D, 2, 2, pad, rounding);
    const y = pool(x);
    const dy = tf.randomNormal(y.shape);
    // The average is linear: Σ dy·y = Σ dx·x, for any x.
    const across = tf.sum(tf.mul(tf.grad(pool)(x, dy), x)).dataSync();
    expectAllClose(across, tf.sum(tf.mul(y, dy)).dataSync(), { relative: 1e-4, absolute: 1e-4 });
  });
});

describe('reductions', () => {
  it.each(['float32', 'int32', 'bool'] as const)('the mean of nothing (%s) is NaN', (dtype) => {
    expect([...tf.mean(tf.zeros([2, 0], dtype), 1).dataSync()]).toEqual([Number.NaN, Number.NaN]);
    expect([...tf.mean(tf.zeros([0, 2], dtype), 1).dataSync()]).toEqual([]);
  });
});

describe('integers', () => {
  const { a, b, ...expected } = golden.integers;
  const [left, right] = [() => tf.tensor1d(a, 'int32'), () => tf.tensor1d(b, 'int32')];

  it('multiply modulo 2³²', () => {
    expect([...tf.mul(left(), right()).dataSync()]).toEqual(expected.multiply);
    expect([...tf.square(left()).dataSync()]).toEqual(expected.square);
    expect([...tf.squaredDifference(left(), right()).dataSync()]).toEqual(expected.squaredDifference);
    expect([...tf.mul(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), tf.scalar(5, 'int32')).dataSync()]).toEqual([
      5, 10, 15, 20,
    ]);
  });

  it('have products without a rounded digit, or none', () => {
    const powers = tf.tensor2d(new Array(8).fill(65537), [4, 2], 'int32');
    expect([...tf.prod(powers, 0).dataSync()]).toEqual([262145, 262145]);
    expect([...tf.prod(tf.zeros([2, 0], 'int32'), 1).dataSync()]).toEqual([1, 1]);
    const [row, column] = [tf.reshape(left(), [1, 4]), tf.reshape(right(), [4, 1])];
    expect(() => tf.matMul(row, column)).toThrow(
      /^BatchMatMul: products of these int32 numbers may reach .* more than 2⁵³/,
    );
    expect([...tf.matMul(tf.ones([1, 4], 'int32'), column).dataSync()]).toEqual([b.reduce((x, y) => x + y) | 0]);
  });

  it('are not divided by zero', () => {
    const zeros = tf.tensor1d([1, 0, 2, 3], 'int32');
    expect(() => tf.div(left(), zeros)).toThrow(/^FloorDiv: an integer is divided by zero/);
    expect(() => tf.mod(left(), zeros)).toThrow(/^Mod: an integer is divided by zero/);
    expect(() => tf.floorDiv(tf.tensor1d([1, -0]), tf.tensor1d([0, 1]))).toThrow(/^FloorDiv: the result is int32/);
    expect([...tf.floorDiv(tf.tensor1d([-7, 7], 'int32'), tf.scalar(2, 'int32')).dataSync()]).toEqual([-4, 3]);
  });
});
