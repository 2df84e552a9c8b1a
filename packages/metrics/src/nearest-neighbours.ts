/** Checks whether a generator copies its training images. */

import type { EmbeddingBatch } from '@t2i/core';
import { assertSameDim, eachRowOfSquaredDistances, toRows } from './rows.ts';

export interface NearestNeighbours {
  /** For each row, the nearest row of the other set. */
  readonly indices: Int32Array;
  /** Euclidean. */
  readonly distances: Float64Array;
}

/** For each image, the nearest one of another set, for instance the training photos; the first of equals. */
export function nearestNeighbours(features: EmbeddingBatch, among: EmbeddingBatch): NearestNeighbours {
  assertSameDim(features, among);
  const [count] = features.shape;
  const [indices, distances] = [new Int32Array(count), new Float64Array(count)];
  eachRowOfSquaredDistances(toRows(features), toRows(among), (row, squared) => {
    let best = 0;
    for (let j = 1; j < squared.length; j++) if (squared[j]! < squared[best]!) best = j;
    indices[row] = best;
    distances[row] = Math.sqrt(squared[best]!);
  });
  return { indices, distances };
}

/**
 * The chance that a sample lies nearer to the training set than an unseen real image does (Mann–Whitney, the test of Meehan et al. 2020,
 * arXiv 2004.05675): ½ for samples as far from it as new images, close to 1 for copies, close to 0 for samples far from all photos.
 * @param samples distances of samples from their nearest training images
 * @param unseen the same for real images that training did not use
 */
export function copyingChance(samples: ArrayLike<number>, unseen: ArrayLike<number>): number {
  let nearer = 0;
  for (const sample of Array.from(samples)) {
    for (const real of Array.from(unseen)) nearer += sample < real ? 1 : sample === real ? 0.5 : 0;
  }
  return nearer / (samples.length * unseen.length);
}
