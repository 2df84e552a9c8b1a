/** Feature vectors in float64, and iteration over pairs of them without all pairs in memory. */

import { assert, assertShape, type EmbeddingBatch } from '@t2i/core';
import { rowProducts } from './linear-algebra/row-products.ts';

/** Rows [count, dim]. */
export interface Rows {
  readonly values: Float64Array;
  readonly count: number;
  readonly dim: number;
}

/** Number of rows of one matrix whose products with all rows of another are in memory at once. */
const ROWS_AT_ONCE = 128;

export function toRows({ data, shape }: EmbeddingBatch): Rows {
  assertShape('features', data, shape);
  return { values: Float64Array.from(data), count: shape[0], dim: shape[1] };
}

/** Features of two sets that are compared. */
export function assertSameDim(a: EmbeddingBatch, b: EmbeddingBatch): void {
  assert(a.shape[1] === b.shape[1], `features of ${a.shape[1]} numbers cannot be compared with those of ${b.shape[1]}`);
}

/** Calls `visit` for every row of `a` with its products with all rows of `b`. The buffer is overwritten afterwards. */
export function eachRowOfProducts(a: Rows, b: Rows, visit: (row: number, products: Float64Array) => void): void {
  const { dim } = a;
  for (let from = 0; from < a.count; from += ROWS_AT_ONCE) {
    const to = Math.min(from + ROWS_AT_ONCE, a.count);
    const products = rowProducts(a.values.subarray(from * dim, to * dim), b.values, dim);
    for (let row = from; row < to; row++) {
      visit(row, products.subarray((row - from) * b.count, (row - from + 1) * b.count));
    }
  }
}

/** Calls `visit` for every row of `a` with its squared Euclidean distances from all rows of `b`. The buffer is overwritten afterwards. */
export function eachRowOfSquaredDistances(a: Rows, b: Rows, visit: (row: number, squared: Float64Array) => void): void {
  const [squaresA, squaresB] = [squares(a), squares(b)];
  eachRowOfProducts(a, b, (row, products) => {
    for (let j = 0; j < b.count; j++) products[j] = Math.max(0, squaresA[row]! + squaresB[j]! - 2 * products[j]!);
    visit(row, products);
  });
}

function squares({ values, count, dim }: Rows): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let k = row * dim; k < (row + 1) * dim; k++) sum += values[k]! ** 2;
    return sum;
  });
}

/** Divides each row by its length; a row of zeros stays. For embeddings that are compared by angle. */
export function toUnitLength({ data, shape }: EmbeddingBatch): EmbeddingBatch {
  const [count, dim] = shape;
  const scaled = new Float32Array(data.length);
  for (let row = 0; row < count; row++) {
    const length = Math.hypot(...data.subarray(row * dim, (row + 1) * dim)) || 1;
    for (let k = row * dim; k < (row + 1) * dim; k++) scaled[k] = data[k]! / length;
  }
  return { data: scaled, shape };
}
