/** Products of rows with rows in float64, the basis of all metrics. */

import { assert } from '@t2i/core';

/** Rows of `b` that stay in the cache during a pass over `a`: 64 rows of 1,024 numbers are half a megabyte. */
const ROWS_AT_ONCE = 64;

/**
 * Adds Σ_k a[i, k] · b[j, k] to `out[i, j]`: the product a·bᵀ.
 * Computes two rows by four at a time, so that every number is loaded once for several products.
 * @param out [rows of a, rows of b]
 */
export function addRowProducts(a: Float64Array, b: Float64Array, dim: number, out: Float64Array): Float64Array {
  const [rowsA, rowsB] = [a.length / dim, b.length / dim];
  assert(out.length === rowsA * rowsB, `${out.length} numbers for ${rowsA} × ${rowsB} products`);
  for (let from = 0; from < rowsB; from += ROWS_AT_ONCE) {
    const to = Math.min(from + ROWS_AT_ONCE, rowsB);
    const wholeTo = to - ((to - from) % 4);
    let i = 0;
    for (; i + 1 < rowsA; i += 2) {
      for (let j = from; j < wholeTo; j += 4) addTwoByFour(a, b, dim, out, rowsB, i, j);
      for (let j = wholeTo; j < to; j++) {
        out[i * rowsB + j]! += dot(a, i * dim, b, j * dim, dim);
        out[(i + 1) * rowsB + j]! += dot(a, (i + 1) * dim, b, j * dim, dim);
      }
    }
    if (i < rowsA) for (let j = from; j < to; j++) out[i * rowsB + j]! += dot(a, i * dim, b, j * dim, dim);
  }
  return out;
}

/** a·bᵀ, [rows of a, rows of b]. */
export function rowProducts(a: Float64Array, b: Float64Array, dim: number): Float64Array {
  return addRowProducts(a, b, dim, new Float64Array((a.length / dim) * (b.length / dim)));
}

/** The product of one row with another. */
export function dot(a: ArrayLike<number>, atA: number, b: ArrayLike<number>, atB: number, dim: number): number {
  let sum = 0;
  for (let k = 0; k < dim; k++) sum += a[atA + k]! * b[atB + k]!;
  return sum;
}

function addTwoByFour(
  a: Float64Array,
  b: Float64Array,
  dim: number,
  out: Float64Array,
  rowsB: number,
  i: number,
  j: number,
): void {
  let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [a0, a1] = [i * dim, (i + 1) * dim];
  let [b0, b1, b2, b3] = [j * dim, (j + 1) * dim, (j + 2) * dim, (j + 3) * dim];
  for (let k = 0; k < dim; k++) {
    const [x0, x1] = [a[a0++]!, a[a1++]!];
    const [y0, y1, y2, y3] = [b[b0++]!, b[b1++]!, b[b2++]!, b[b3++]!];
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
  }
  const [first, second] = [i * rowsB + j, (i + 1) * rowsB + j];
  out[first]! += s00;
  out[first + 1]! += s01;
  out[first + 2]! += s02;
  out[first + 3]! += s03;
  out[second]! += s10;
  out[second + 1]! += s11;
  out[second + 2]! += s12;
  out[second + 3]! += s13;
}
