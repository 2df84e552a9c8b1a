/** The diversity of images of one caption or class, and the part of it that the caption determines. */

import { assert, type EmbeddingBatch } from '@t2i/core';
import { eachRowOfSquaredDistances, toRows } from './rows.ts';

/**
 * The mean distance of two different images of one group in feature space, averaged over the groups with at least two.
 * Near 0 for a generator that has collapsed. In units of the features.
 * @param groups the caption or class of each row
 */
export function diversity(features: EmbeddingBatch, groups: ArrayLike<number>): number {
  const rows = toRows(features);
  assert(groups.length === rows.count, `${groups.length} groups for ${rows.count} rows`);
  const members = new Map<number, number[]>();
  for (let row = 0; row < rows.count; row++) {
    const group = groups[row]!;
    members.set(group, [...(members.get(group) ?? []), row]);
  }
  const several = [...members.values()].filter((group) => group.length > 1);
  assert(several.length > 0, 'no group has two images');
  const means = several.map((group) => {
    const values = new Float64Array(group.length * rows.dim);
    for (const [k, row] of group.entries()) {
      values.set(rows.values.subarray(row * rows.dim, (row + 1) * rows.dim), k * rows.dim);
    }
    const own = { values, count: group.length, dim: rows.dim };
    let sum = 0;
    eachRowOfSquaredDistances(own, own, (row, squared) => {
      for (let other = 0; other < row; other++) sum += Math.sqrt(squared[other]!);
    });
    return sum / ((group.length * (group.length - 1)) / 2);
  });
  return means.reduce((sum, mean) => sum + mean, 0) / means.length;
}

export interface CaptionSensitivity {
  /** Mean distance of two images of one noise with different captions. */
  readonly acrossCaptions: number;
  /** Mean distance of two images of one caption with different noise: the diversity at fixed caption. */
  readonly acrossNoise: number;
  /** `acrossCaptions / acrossNoise`: 0 for a generator that ignores the text, and also 0 if both are. */
  readonly ratio: number;
}

/**
 * Compares the change by the caption alone with the change by the noise alone.
 * @param features [captions · perCaption, dim]: all images of the first caption, then of the second, …; the i-th of each has the i-th noise
 */
export function captionSensitivity(features: EmbeddingBatch, perCaption: number): CaptionSensitivity {
  const rows = features.shape[0];
  assert(rows % perCaption === 0, `${rows} images are not ${perCaption} for each caption`);
  const acrossCaptions = diversity(
    features,
    Int32Array.from({ length: rows }, (_, row) => row % perCaption),
  );
  const acrossNoise = diversity(
    features,
    Int32Array.from({ length: rows }, (_, row) => Math.floor(row / perCaption)),
  );
  return { acrossCaptions, acrossNoise, ratio: acrossCaptions === 0 ? 0 : acrossCaptions / acrossNoise };
}
