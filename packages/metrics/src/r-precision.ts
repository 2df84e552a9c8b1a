/** How often an image's own caption beats others in a joint embedding (R-precision, one right of a hundred; Xu et al. 2018, arXiv 1711.10485). */

import { assert, type EmbeddingBatch } from '@t2i/core';
import { dot } from './linear-algebra/row-products.ts';
import { assertSameDim, eachRowOfProducts, toRows } from './rows.ts';

export interface RPrecisionOptions {
  /** Image embeddings [n, dim]. */
  readonly images: EmbeddingBatch;
  /** Embeddings of their captions [n, dim]. */
  readonly captions: EmbeddingBatch;
  /** The class of each caption. */
  readonly labels: ArrayLike<number>;
  /** Pool of wrong captions. Captions of an image's own class are excluded. */
  readonly pool: { readonly embeddings: EmbeddingBatch; readonly labels: ArrayLike<number> };
  /** Wrong captions for each image; default 99. */
  readonly wrong?: number | undefined;
}

export interface RPrecision {
  /** Share of images whose caption scores highest; among k equal best it counts 1/k. Chance is 1 / (wrong + 1). */
  readonly share: number;
  /** Standard error of the share, as if images were independent. */
  readonly standardError: number;
  readonly count: number;
}

/**
 * Others draw the wrong captions once. This is the exact mean over all draws, so it needs no seed.
 * Scores are dot products, as in the training of the joint embedding. Scale rows to unit length first if it compares angles.
 */
export function rPrecision({ images, captions, labels, pool, wrong = 99 }: RPrecisionOptions): RPrecision {
  assertSameDim(images, captions);
  assertSameDim(images, pool.embeddings);
  const [count, dim] = images.shape;
  assert(captions.shape[0] === count && labels.length === count, 'each image needs one caption and its class');
  const rows = toRows(images);
  const own = toRows(captions);
  const chances = new Float64Array(count);
  eachRowOfProducts(rows, toRows(pool.embeddings), (i, scores) => {
    const score = dot(rows.values, i * dim, own.values, i * dim, dim);
    let [others, better, equal] = [0, 0, 0];
    for (let row = 0; row < scores.length; row++) {
      if (pool.labels[row] === labels[i]) continue;
      others += 1;
      if (scores[row]! > score) better += 1;
      else if (scores[row] === score) equal += 1;
    }
    assert(others >= wrong, `only ${others} captions of other classes, ${wrong} are needed`);
    chances[i] = chanceToWin(others, better, equal, wrong);
  });
  const share = chances.reduce((sum, chance) => sum + chance, 0) / count;
  const variance = chances.reduce((sum, chance) => sum + (chance - share) ** 2, 0) / count;
  return { share, standardError: Math.sqrt(variance / count), count };
}

/**
 * The mean of 1 / (k + 1) if, of `wrong` drawn from `others` without replacement, none is better and k are equal.
 * Σ_k C(e, k)·C(N − e, n − k) / (k + 1) = (C(N + 1, n + 1) − C(N − e, n + 1)) / (e + 1), over C(M, n); N are not better.
 */
function chanceToWin(others: number, better: number, equal: number, wrong: number): number {
  const notBetter = others - better;
  // C(from, n + 1) / C(M, n), factor by factor: both are far too large
  const ratio = (from: number) => {
    if (from < wrong + 1) return 0;
    let product = (from - wrong) / (wrong + 1);
    for (let t = 0; t < wrong; t++) product *= (from - t) / (others - t);
    return product;
  };
  return (ratio(notBetter + 1) - ratio(notBetter - equal)) / (equal + 1);
}
