/** The Inception score (Salimans et al. 2016, arXiv 1606.03498): high if each image has a clear class and all images have many. */

import { assert, assertShape, type EmbeddingBatch } from '@t2i/core';

export interface InceptionScore {
  /** exp(mean KL(p(y|x) ‖ p(y))), from 1 to the number of classes; the mean over the splits. */
  readonly mean: number;
  /** Standard deviation over the splits; 0 for one. */
  readonly standardDeviation: number;
}

/**
 * @param probabilities [n, classes], each row a distribution
 * @param splits number of consecutive parts that are scored alone and averaged; others use 10, which lowers the score of few samples
 */
export function inceptionScore(probabilities: EmbeddingBatch, { splits = 1 } = {}): InceptionScore {
  const [n, classes] = probabilities.shape;
  assertShape('probabilities', probabilities.data, probabilities.shape);
  assert(splits >= 1 && splits <= n, `${n} samples cannot be cut into ${splits} splits`);
  const scores = Array.from({ length: splits }, (_, split) => {
    const [from, to] = [Math.floor((split * n) / splits), Math.floor(((split + 1) * n) / splits)];
    return scoreOf(probabilities.data.subarray(from * classes, to * classes), classes);
  });
  const mean = scores.reduce((sum, score) => sum + score, 0) / splits;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / splits;
  return { mean, standardDeviation: Math.sqrt(variance) };
}

/** The mean divergence is the entropy of all minus the mean entropy of each. */
function scoreOf(rows: Float32Array, classes: number): number {
  const n = rows.length / classes;
  const all = new Float64Array(classes);
  let own = 0;
  rows.forEach((p, i) => {
    all[i % classes]! += p / n;
    own += minusPLogP(p) / n;
  });
  const joint = all.reduce((sum, p) => sum + minusPLogP(p), 0);
  return Math.exp(joint - own);
}

const minusPLogP = (p: number) => (p > 0 ? -p * Math.log(p) : 0);
