/** For tests: random shapes and numbers, including special cases. */

import type { Rng } from '@t2i/core';
import { sizeOf } from '@t2i/core';

export const SPECIAL = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 1e-40, -1e-40, 3e38, -3e38, 0.5, 2, 88.5, -88.5];
const SIZES = [0, 1, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33];

/** One of `values`. */
export function pick<T>(rng: Rng, values: readonly T[]): T {
  return values[rng.integer(values.length)]!;
}

/** Rank 0 to 6, at most a few thousand elements; sometimes an empty one. */
export function randomShape(rng: Rng, maxRank = 6): number[] {
  for (;;) {
    const shape = Array.from({ length: rng.integer(maxRank + 1) }, () => pick(rng, SIZES));
    if (sizeOf(shape) <= 4000) return shape;
  }
}

/** A shape that broadcasts with `shape`: some axes are 1, some leading ones missing. */
export function broadcastable(rng: Rng, shape: readonly number[]): number[] {
  const thinned = shape.map((size) => (rng.uniform() < 0.4 ? 1 : size));
  return thinned.slice(rng.uniform() < 0.5 ? 0 : rng.integer(shape.length + 1));
}

/** Normally distributed, one in eight replaced by a special number. */
export function awkward(rng: Rng, shape: readonly number[]): Float32Array {
  return rng.normal(sizeOf(shape)).map((value) => (rng.uniform() < 0.125 ? pick(rng, SPECIAL) : value));
}

/** The axes 0 … rank − 1 in random order. */
export function randomPermutation(rng: Rng, rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  for (let i = rank - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    [axes[i], axes[j]] = [axes[j]!, axes[i]!];
  }
  return axes;
}
