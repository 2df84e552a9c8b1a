/** How often a picture's own caption beats others by a joint embedding (R-precision with one right of a hundred, Xu et al. 2018, arXiv 1711.10485). */

import { assert, type EmbeddingBatch, type Rng } from '@t2i/core';
import { dot } from './linear-algebra/row-products.ts';
import { assertSameDim } from './rows.ts';

export interface RPrecisionOptions {
  /** Image embeddings [n, dim]. */
  readonly images: EmbeddingBatch;
  /** The caption of each [n, dim]. */
  readonly captions: EmbeddingBatch;
  /** The class of each caption. */
  readonly labels: ArrayLike<number>;
  /** Captions that wrong ones are drawn from; those of a picture's own class are left out. */
  readonly pool: { readonly embeddings: EmbeddingBatch; readonly labels: ArrayLike<number> };
  /** Wrong captions for each picture; default 99. */
  readonly wrong?: number | undefined;
  readonly rng: Rng;
}

export interface RPrecision {
  /** Share of pictures whose caption scores highest; of k equal best it counts 1/k. Chance is 1 / (wrong + 1). */
  readonly share: number;
  /** Of the share, as that of independent pictures. */
  readonly standardError: number;
  readonly count: number;
}

/** Scores are products, as in the training of the joint embedding; scale rows to unit length first where it compares angles. */
export function rPrecision({ images, captions, labels, pool, wrong = 99, rng }: RPrecisionOptions): RPrecision {
  assertSameDim(images, captions);
  assertSameDim(images, pool.embeddings);
  const [count, dim] = images.shape;
  assert(captions.shape[0] === count && labels.length === count, 'each picture needs one caption and its class');
  const others = othersByClass(pool.labels, labels);
  let right = 0;
  for (let i = 0; i < count; i++) {
    const score = (embeddings: Float32Array, row: number) => dot(images.data, i * dim, embeddings, row * dim, dim);
    const own = score(captions.data, i);
    let [better, equal] = [0, 0];
    for (const row of drawn(others.get(labels[i]!)!, wrong, rng)) {
      const other = score(pool.embeddings.data, row);
      if (other > own) better += 1;
      else if (other === own) equal += 1;
    }
    if (better === 0) right += 1 / (equal + 1);
  }
  const share = right / count;
  return { share, standardError: Math.sqrt((share * (1 - share)) / count), count };
}

/** For every class in `wanted`, the rows of the pool that are of another. */
function othersByClass(pool: ArrayLike<number>, wanted: ArrayLike<number>): ReadonlyMap<number, Int32Array> {
  const rows = Int32Array.from({ length: pool.length }, (_, row) => row);
  const classes = new Set(Array.from(wanted));
  return new Map([...classes].map((label) => [label, rows.filter((row) => pool[row] !== label)]));
}

/** `count` different ones of `rows`, by the first steps of a Fisher–Yates shuffle; reorders `rows`. */
function drawn(rows: Int32Array, count: number, rng: Rng): Int32Array {
  assert(rows.length >= count, `only ${rows.length} captions of other classes, ${count} are needed`);
  for (let i = 0; i < count; i++) {
    const j = i + rng.integer(rows.length - i);
    const held = rows[i]!;
    rows[i] = rows[j]!;
    rows[j] = held;
  }
  return rows.subarray(0, count);
}
