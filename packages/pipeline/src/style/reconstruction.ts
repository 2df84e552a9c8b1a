/** How well a style encoder recovers noise: z compared with S(G(z, φ(t))). */

import { assertShape } from '@t2i/core';

export interface Reconstruction {
  /** Mean squared error of a coordinate of z; 0 is exact, 1 is an S that always returns 0. */
  readonly error: number;
  /** Mean cosine between z and S(G(z, φ(t))); 0 is chance, 1 the same direction. */
  readonly cosine: number;
  /** Share of images whose own z is the nearest of all by cosine. Chance: 1 / number of images. */
  readonly recognised: number;
}

/** @param noise, styles [n, noiseDim], row by row */
export function measureReconstruction(noise: Float32Array, styles: Float32Array, noiseDim: number): Reconstruction {
  const n = noise.length / noiseDim;
  assertShape('styles', styles, [n, noiseDim]);
  const [directions, found] = [unitRows(noise, noiseDim), unitRows(styles, noiseDim)];
  const cosineOf = (i: number, j: number) => {
    let dot = 0;
    for (let k = 0; k < noiseDim; k++) dot += found[i * noiseDim + k]! * directions[j * noiseDim + k]!;
    return dot;
  };
  const rows = Array.from({ length: n }, (_, i) => i);
  const own = rows.map((i) => cosineOf(i, i));
  const right = rows.filter((i) => rows.every((j) => j === i || cosineOf(i, j) < own[i]!));
  const squares = noise.reduce((sum, value, i) => sum + (value - styles[i]!) ** 2, 0);
  return {
    error: squares / noise.length,
    cosine: own.reduce((sum, value) => sum + value, 0) / n,
    recognised: right.length / n,
  };
}

/** Each row divided by its length; a row of zeros stays one. */
function unitRows(values: Float32Array, dim: number): Float64Array {
  const rows = Float64Array.from(values);
  for (let from = 0; from < rows.length; from += dim) {
    const row = rows.subarray(from, from + dim);
    const length = Math.hypot(...row);
    if (length > 0) for (let k = 0; k < dim; k++) row[k]! /= length;
  }
  return rows;
}
