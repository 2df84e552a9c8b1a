/**
 * Metrics of scores: zero-shot classification and retrieval by the authors' protocol
 * (`classify_sje_tcnn.lua:124-182`, `util/util_retrieval.lua:40-80`). No backend is needed.
 */

import { assertShape } from '@t2i/core';

/** Products of queries with images: row q holds those of query q with every image. */
export interface Scores {
  readonly data: Float32Array;
  readonly shape: readonly [queries: number, images: number];
}

/** Lengths of the ranked lists whose precision is measured. */
export const RANKS = [1, 5, 10, 50] as const;
/** Mean share of right images among the first 1, 5, 10 and 50. */
export type PrecisionAt = Readonly<Record<(typeof RANKS)[number], number>>;

export interface Classification {
  /** Share of images whose own class scores highest. */
  readonly top1: number;
  /** `confusion[i][j]`: images of class i that were taken for class j. */
  readonly confusion: readonly (readonly number[])[];
}

/** Classifies every image as the class whose query scores highest; the first one of equals. `labels` are rows of the scores. */
export function classify({ data, shape }: Scores, labels: ArrayLike<number>): Classification {
  assertShape('scores', data, shape);
  const [classes, images] = shape;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let right = 0;
  for (let image = 0; image < images; image++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if (data[k * images + image]! > data[best * images + image]!) best = k;
    }
    confusion[labels[image]!]![best]! += 1;
    if (best === labels[image]) right += 1;
  }
  return { top1: right / images, confusion };
}

/** For every query the precision among its 1, 5, 10 and 50 best images. Of equal scores the earlier image counts as better. */
export function precisions(
  { data, shape }: Scores,
  queryLabels: ArrayLike<number>,
  imageLabels: ArrayLike<number>,
): PrecisionAt[] {
  assertShape('scores', data, shape);
  const [queries, images] = shape;
  return Array.from({ length: queries }, (_, query) => {
    const row = data.subarray(query * images, (query + 1) * images);
    const best = bestOf(row, Math.min(RANKS.at(-1)!, images));
    const shares = RANKS.map((rank) => {
      const hits = best.slice(0, rank).filter((image) => imageLabels[image] === queryLabels[query]);
      return [rank, hits.length / rank] as const;
    });
    return Object.fromEntries(shares) as PrecisionAt;
  });
}

/** The mean of each over all queries. */
export function meanPrecision(all: readonly PrecisionAt[]): PrecisionAt {
  const means = RANKS.map((rank) => [rank, all.reduce((sum, one) => sum + one[rank], 0) / all.length]);
  return Object.fromEntries(means) as PrecisionAt;
}

/** The places of the `count` highest scores, best first; of equal ones the earlier first. */
export function bestOf(row: Float32Array, count: number): number[] {
  const order = Array.from(row, (_, i) => i).sort((a, b) => row[b]! - row[a]! || a - b);
  return order.slice(0, count);
}
