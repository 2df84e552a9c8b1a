/** Directions in which image features have almost no variance, so that an embedding's component there hardly changes scores. */

import { ConfigError, choleskyFactor, choleskySolve, dot, Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';

/** Rounds of inverse iteration: each divides the remaining part of other directions by the ratio of their mean squares. */
const ROUNDS = 8;
/** Relative to the mean of the mean squares; above the rounding errors of those that are zero. */
const RIDGE = 1e-4;
const SEED = 1;

/**
 * Orthonormal directions in which the features have about the least mean square, by inverse iteration on their second moments.
 * @param features [n, dim] of the images that are trained on
 * @returns [dim, count], row by row
 * @throws ConfigError when the features have another length
 */
export async function quietDirections(features: Float32Array, dim: number, count: number): Promise<Float32Array> {
  if (count > dim) {
    throw new ConfigError(
      `What is said of colours takes ${count} numbers of an embedding, the image features have ${dim}.`,
      {
        hint: 'Train without reading colours, or on features that are longer.',
      },
    );
  }
  const lower = await factoredMoments(features, dim);
  const rng = new Rng(SEED);
  let columns: Float64Array[] = Array.from({ length: count }, () => Float64Array.from(rng.normal(dim)));
  for (let round = 0; round < ROUNDS; round++) {
    columns = columns.map((column) => choleskySolve(lower, column));
    orthonormalise(columns);
  }
  return Float32Array.from({ length: dim * count }, (_, i) => columns[i % count]![Math.floor(i / count)]!);
}

/** Cholesky's factor of the second moments, by its lower rows. */
async function factoredMoments(features: Float32Array, dim: number): Promise<Float64Array[]> {
  const n = features.length / dim;
  const moments = tf.tidy(() => {
    const rows = tf.tensor2d(features, [n, dim]);
    return tf.div(tf.matMul(rows, rows, true), n);
  });
  const values = await moments.data();
  moments.dispose();
  const lower = Array.from({ length: dim }, (_, i) => Float64Array.from(values.subarray(i * dim, i * dim + i + 1)));
  const ridge = RIDGE * (lower.reduce((sum, row, i) => sum + row[i]!, 0) / dim || 1);
  lower.forEach((row, i) => {
    row[i]! += ridge;
  });
  choleskyFactor(lower, ridge);
  return lower;
}

/** Gram-Schmidt, twice: the second pass removes the rounding errors of the first. */
function orthonormalise(columns: readonly Float64Array[]): void {
  columns.forEach((column, i) => {
    for (let pass = 0; pass < 2; pass++) {
      for (const other of columns.slice(0, i)) {
        const along = dot(column, other);
        for (let k = 0; k < column.length; k++) column[k]! -= along * other[k]!;
      }
      const length = Math.sqrt(dot(column, column));
      for (let k = 0; k < column.length; k++) column[k]! /= length;
    }
  });
}
