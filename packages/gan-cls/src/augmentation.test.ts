import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients of stock operations
import { Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { augment, translate } from './augmentation.ts';

beforeAll(() => tf.setBackend('cpu'));

const ROWS = 8;
const SIDE = 16;
const ones = () => tf.ones([ROWS, SIDE, SIDE, 3]) as tf.Tensor4D;

/** How many pixels of each image are left, all three channels alike. */
function left(images: tf.Tensor4D): number[] {
  return [...tf.sum(images, [1, 2, 3]).dataSync()].map((sum) => sum / 3);
}

describe('translate', () => {
  it('moves every image by its own shift, and grey moves in', () => {
    const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const images = tf.tensor4d([...image, ...image, ...image], [3, 3, 3, 1]);
    const moved = translate(images, Int32Array.of(0, 0, 1, 0, -1, 2));
    expect([...moved.dataSync()]).toEqual([...image, ...[0, 0, 0, 1, 2, 3, 4, 5, 6], ...[0, 0, 4, 0, 0, 7, 0, 0, 0]]);
  });

  it('has the gradient of finite differences', () => {
    const rng = new Rng(1);
    const values = rng.normal(2 * 4 * 4 * 2);
    const weights = tf.tensor4d(rng.normal(values.length), [2, 4, 4, 2]);
    const shifts = Int32Array.of(1, -2, -3, 1);
    const f = (x: tf.Tensor) => tf.sum(tf.mul(tf.square(translate(x as tf.Tensor4D, shifts)), weights)) as tf.Scalar;
    const gradient = tf
      .grad(f)(tf.tensor4d(values, [2, 4, 4, 2]))
      .dataSync();
    const at = (i: number, step: number) =>
      f(
        tf.tensor4d(
          values.map((value, k) => (k === i ? value + step : value)),
          [2, 4, 4, 2],
        ),
      ).dataSync()[0]!;
    for (let i = 0; i < values.length; i++) {
      expect(gradient[i]!).toBeCloseTo((at(i, 1e-2) - at(i, -1e-2)) / 2e-2, 2);
    }
  });
});

describe('augment', () => {
  it('leaves images alone without kinds', () => {
    const images = ones();
    expect(augment(images, [], new Rng(1))).toBe(images);
  });

  it('moves by at most an eighth, each image by its own', () => {
    const counts = left(augment(ones(), ['translation'], new Rng(1)));
    for (const count of counts) expect(count).toBeGreaterThanOrEqual((SIDE - 2) ** 2);
    expect(new Set(counts).size).toBeGreaterThan(2);
  });

  it('hides between a sixteenth and a quarter, each image elsewhere', () => {
    const counts = left(augment(ones(), ['cutout'], new Rng(1)));
    for (const count of counts) {
      expect(count).toBeGreaterThanOrEqual(SIDE ** 2 * (3 / 4));
      expect(count).toBeLessThanOrEqual(SIDE ** 2 * (15 / 16));
    }
    expect(new Set(counts).size).toBeGreaterThan(2);
  });

  it('samples everything from the rng', () => {
    const images = tf.randomNormal([ROWS, SIDE, SIDE, 3], 0, 1, 'float32', 1) as tf.Tensor4D;
    const drawn = (seed: number) => augment(images, ['translation', 'cutout'], new Rng(seed)).dataSync();
    expect(drawn(3)).toEqual(drawn(3));
    expect(drawn(3)).not.toEqual(drawn(4));
  });
});
