/**
 * Overlap of two sets by distances to neighbours: precision and recall (Kynkäänniemi et al. 2019, arXiv 1904.06991),
 * density and coverage (Naeem et al. 2020, arXiv 2002.09797).
 */

import { assert, type EmbeddingBatch } from '@t2i/core';
import { assertSameDim, eachRowOfSquaredDistances, type Rows, toRows } from './rows.ts';

export interface ManifoldScores {
  /** Share of the samples that lie within the neighbourhood of a real image. */
  readonly precision: number;
  /** Share of the real images that lie within the neighbourhood of a sample. */
  readonly recall: number;
  /** Mean number of real neighbourhoods around a sample, divided by `neighbours`: at least 0, about 1 for samples like the real ones. */
  readonly density: number;
  /** Share of the real images with a sample in their neighbourhood. */
  readonly coverage: number;
}

/**
 * The neighbourhood of an image is the ball that reaches its `neighbours`-th nearest neighbour in its own set.
 * @param neighbours below the size of both sets; default 5
 */
export function manifoldScores(real: EmbeddingBatch, samples: EmbeddingBatch, { neighbours = 5 } = {}): ManifoldScores {
  assertSameDim(real, samples);
  const [x, y] = [toRows(real), toRows(samples)];
  const [radiiX, radiiY] = [radii(x, neighbours), radii(y, neighbours)];
  const aroundReal = new Int32Array(y.count); // for each sample, the number of real neighbourhoods around it
  let [recalled, covered] = [0, 0];
  eachRowOfSquaredDistances(x, y, (i, squared) => {
    let [inAny, any] = [false, false];
    for (let j = 0; j < y.count; j++) {
      if (squared[j]! <= radiiY[j]!) inAny = true;
      if (squared[j]! > radiiX[i]!) continue;
      aroundReal[j]! += 1;
      any = true;
    }
    if (inAny) recalled += 1;
    if (any) covered += 1;
  });
  return {
    precision: aroundReal.filter((count) => count > 0).length / y.count,
    recall: recalled / x.count,
    density: aroundReal.reduce((sum, count) => sum + count, 0) / (neighbours * y.count),
    coverage: covered / x.count,
  };
}

/** Squared distances to the `neighbours`-th nearest of the others. */
function radii(rows: Rows, neighbours: number): Float64Array {
  assert(neighbours >= 1 && neighbours < rows.count, `${rows.count} rows have no ${neighbours}th neighbour`);
  const found = new Float64Array(rows.count);
  eachRowOfSquaredDistances(rows, rows, (row, squared) => {
    squared[row] = 0; // itself, despite rounding
    found[row] = squared.sort()[neighbours]!;
  });
  return found;
}
