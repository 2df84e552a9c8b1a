/** A linear probe: ridge regression on one-hot classes from embeddings (scikit-learn's `RidgeClassifier`, targets of −1 and 1). */

import { assert, choleskyFactor, choleskySolve, dot } from '@t2i/core';

/** Relative to the mean square length of the centred training rows: hardly any shrinkage. */
const RIDGE = 1e-3;

/** Scores of each class for a row. */
export type Probe = (row: Float32Array) => Float64Array;

/**
 * Learns classes from rows of one length. The ridge is a thousandth of the rows' mean square length; the intercept is not shrunk.
 * @param labels the class of each row, from 0
 */
export function fitProbe(rows: readonly Float32Array[], labels: readonly number[], classes: number): Probe {
  assert(rows.length === labels.length && rows.length > 0, 'a probe needs a label for each of its rows');
  const dim = rows[0]!.length;
  const centre = meanOf(rows, dim);
  const centred = rows.map((row) => Float64Array.from(row, (value, k) => value - centre[k]!));
  const gram = centred.map((row, i) => Float64Array.from({ length: i + 1 }, (_, j) => dot(row, centred[j]!)));
  const scale = gram.reduce((sum, row, i) => sum + row[i]!, 0) / rows.length;
  gram.forEach((row, i) => {
    row[i]! += RIDGE * (scale || 1);
  });
  choleskyFactor(gram);
  const readers = Array.from({ length: classes }, (_, k) => {
    const targets = Float64Array.from(labels, (label) => (label === k ? 1 : -1));
    const intercept = targets.reduce((sum, target) => sum + target, 0) / targets.length;
    const weights = choleskySolve(
      gram,
      targets.map((target) => target - intercept),
    );
    const kernel = new Float64Array(dim);
    centred.forEach((row, i) => {
      for (let d = 0; d < dim; d++) kernel[d]! += weights[i]! * row[d]!;
    });
    return { kernel, intercept };
  });
  return (row) => {
    const offset = Float64Array.from(row, (value, k) => value - centre[k]!);
    return Float64Array.from(readers, ({ kernel, intercept }) => dot(kernel, offset) + intercept);
  };
}

/** The class with the highest score; the first one of equals. */
export function bestClass(scores: Float64Array): number {
  return scores.indexOf(Math.max(...scores));
}

function meanOf(rows: readonly Float32Array[], dim: number): Float64Array {
  const sum = new Float64Array(dim);
  for (const row of rows) for (let k = 0; k < dim; k++) sum[k]! += row[k]!;
  return sum.map((value) => value / rows.length);
}
