/** Principal component analysis in two dimensions (Pearson 1901), by power iteration. */

import { assert, Rng } from '@t2i/core';

const ITERATIONS = 60;

/**
 * Returns the coordinates [n, 2] of rows along their first two principal components.
 * @param rows n·dim numbers
 */
export function principalComponents(rows: Float32Array, dim: number): Float32Array {
  const n = rows.length / dim;
  assert(Number.isInteger(n) && n > 0, `${rows.length} numbers are no rows of ${dim}`);
  const centred = centre(rows, dim);
  const coordinates = new Float32Array(2 * n);
  const rng = new Rng(1); // only where the iteration begins
  for (const component of [0, 1]) {
    const direction = leadingDirection(centred, dim, rng);
    const along = project(centred, dim, direction);
    along.forEach((value, row) => {
      coordinates[2 * row + component] = value;
      for (let k = 0; k < dim; k++) centred[row * dim + k]! -= value * direction[k]!; // the next is at right angles to it
    });
  }
  return coordinates;
}

function centre(rows: Float32Array, dim: number): Float64Array {
  const mean = new Float64Array(dim);
  rows.forEach((value, i) => {
    mean[i % dim]! += value;
  });
  return Float64Array.from(rows, (value, i) => value - (mean[i % dim]! * dim) / rows.length);
}

function leadingDirection(centred: Float64Array, dim: number, rng: Rng): Float64Array {
  let direction = Float64Array.from(rng.normal(dim));
  for (let i = 0; i < ITERATIONS; i++) {
    const along = project(centred, dim, direction);
    const next = new Float64Array(dim);
    centred.forEach((value, at) => {
      next[at % dim]! += value * along[Math.floor(at / dim)]!;
    });
    const norm = Math.hypot(...next);
    direction = next.map((value) => (norm === 0 ? 0 : value / norm));
  }
  return direction;
}

function project(centred: Float64Array, dim: number, direction: Float64Array): Float64Array {
  const along = new Float64Array(centred.length / dim);
  for (let at = 0; at < centred.length; at++) along[Math.floor(at / dim)]! += centred[at]! * direction[at % dim]!;
  return along;
}
