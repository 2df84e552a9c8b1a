/** Comparing arrays of floats with a stated tolerance. */

import { assert } from '@t2i/core';

/** ‖actual − expected‖ / ‖expected‖ (Euclidean, in float64); ‖actual‖ when `expected` is all zero. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert(actual.length === expected.length, `lengths differ: ${actual.length} and ${expected.length}`);
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return Math.sqrt(difference / (norm || 1));
}

/** The largest |actual − expected|. */
export function maxDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert(actual.length === expected.length, `lengths differ: ${actual.length} and ${expected.length}`);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(actual[i]! - expected[i]!)); // NaN stays
  return largest;
}

/** Throws unless |actual − expected| ≤ absolute + relative·|expected| everywhere; NaN equals NaN. Names the worst element. */
export function expectAllClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative = 1e-5, absolute = 1e-6 }: { relative?: number; absolute?: number } = {},
): void {
  assert(actual.length === expected.length, `lengths differ: ${actual.length} and ${expected.length}`);
  let worst = -1;
  let worstExcess = 0;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i]!;
    const e = expected[i]!;
    if (Object.is(a, e) || a === e) continue;
    const excess = Math.abs(a - e) - absolute - relative * Math.abs(e);
    if (!(excess <= worstExcess)) {
      worst = i;
      worstExcess = Number.isNaN(excess) ? Number.POSITIVE_INFINITY : excess;
    }
  }
  if (worst >= 0) {
    throw new Error(
      `element ${worst} of ${expected.length} is ${actual[worst]}, expected ${expected[worst]} ` +
        `(relative error of all: ${relativeError(actual, expected).toExponential(2)})`,
    );
  }
}
