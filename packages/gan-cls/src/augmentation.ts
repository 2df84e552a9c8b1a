/**
 * Differentiable augmentation (Zhao et al. 2020, arXiv 2006.10738): D sees every image, real or generated, through the same kinds of random
 * changes, and G learns through them. Only changes that no caption speaks of: colours and mirroring stay as they are.
 */

import type { Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';

/** `translation` moves an image by up to an eighth of its side; `cutout` hides a square of half its side. What is not image is grey, 0. */
export type Augmentation = 'translation' | 'cutout';

/** Augments each of `images` [n, side, side, 3] with its own random changes from `rng`. */
export function augment(images: tf.Tensor4D, kinds: readonly Augmentation[], rng: Rng): tf.Tensor4D {
  const [rows, side] = images.shape;
  let changed = images;
  if (kinds.includes('translation')) changed = translate(changed, sampleShifts(rows, Math.round(side / 8), rng));
  if (kinds.includes('cutout')) changed = tf.mul(changed, cutoutMask(rows, side, rng));
  return changed;
}

/** Rows and columns that every image moves by, one pair an image, each in [-reach, reach]. */
function sampleShifts(rows: number, reach: number, rng: Rng): Int32Array {
  return Int32Array.from({ length: rows * 2 }, () => rng.integer(2 * reach + 1) - reach);
}

/** Moves image i down by `shifts[2i]` pixels and right by `shifts[2i + 1]`; the gradient moves back. */
export function translate(images: tf.Tensor4D, shifts: Int32Array): tf.Tensor4D {
  const operate = tf.customGrad((x) => ({
    value: move(x as tf.Tensor4D, shifts),
    gradFunc: (dy) =>
      move(
        dy as tf.Tensor4D,
        shifts.map((shift) => -shift),
      ),
  }));
  return operate(images) as tf.Tensor4D;
}

function move(images: tf.Tensor4D, shifts: Int32Array): tf.Tensor4D {
  const [rows, height, width, channels] = images.shape;
  const outside = rows * height * width; // the pixel after the last one is 0
  const from = new Int32Array(outside);
  let to = 0;
  for (let row = 0; row < rows; row++) {
    const [down, right] = [shifts[2 * row]!, shifts[2 * row + 1]!];
    for (let y = -down; y < height - down; y++) {
      for (let x = -right; x < width - right; x++, to++) {
        const inside = y >= 0 && y < height && x >= 0 && x < width;
        from[to] = inside ? (row * height + y) * width + x : outside;
      }
    }
  }
  return tf.tidy(() => {
    const pixels = tf.concat([tf.reshape(images, [outside, channels]), tf.zeros([1, channels])]);
    return tf.reshape(tf.gather(pixels, tf.tensor1d(from, 'int32')), images.shape);
  });
}

/** [n, side, side, 1]: 0 in a square of half the side around a random pixel of each image, where it reaches over the edge cut off; else 1. */
function cutoutMask(rows: number, side: number, rng: Rng): tf.Tensor4D {
  const mask = new Float32Array(rows * side * side).fill(1);
  const half = Math.round(side / 4);
  for (let row = 0; row < rows; row++) {
    const [centreY, centreX] = [rng.integer(side), rng.integer(side)];
    const [left, right] = [Math.max(0, centreX - half), Math.min(side, centreX + half)];
    for (let y = Math.max(0, centreY - half); y < Math.min(side, centreY + half); y++) {
      const start = (row * side + y) * side;
      mask.fill(0, start + left, start + right);
    }
  }
  return tf.tensor4d(mask, [rows, side, side, 1]);
}
