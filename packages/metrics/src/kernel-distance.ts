/** The kernel distance ("KID") of Bińkowski et al. 2018 (arXiv 1801.01401): a squared maximum mean discrepancy. */

import { assert, type EmbeddingBatch } from '@t2i/core';
import { assertSameDim, eachRowOfProducts, type Rows, toRows } from './rows.ts';

/**
 * The unbiased estimate over all pairs with the kernel (x·y / dim + 1)³ (their equations 3 and 4).
 * It is 0 on average for samples of one distribution, so sometimes slightly negative. Unlike the Fréchet distance, its mean does not
 * depend on the number of samples. Others report the mean over random subsets, which estimates the same with more noise.
 */
export function kernelDistance(a: EmbeddingBatch, b: EmbeddingBatch): number {
  assertSameDim(a, b);
  const [x, y] = [toRows(a), toRows(b)];
  assert(x.count >= 2 && y.count >= 2, `the kernel distance needs two samples of each, not ${x.count} and ${y.count}`);
  const within = (rows: Rows) => kernelSum(rows, rows, true) / (rows.count * (rows.count - 1));
  return within(x) + within(y) - (2 * kernelSum(x, y, false)) / (x.count * y.count);
}

function kernelSum(a: Rows, b: Rows, withoutDiagonal: boolean): number {
  let sum = 0;
  eachRowOfProducts(a, b, (row, products) => {
    for (let j = 0; j < b.count; j++) {
      if (!(withoutDiagonal && j === row)) sum += (products[j]! / a.dim + 1) ** 3;
    }
  });
  return sum;
}
