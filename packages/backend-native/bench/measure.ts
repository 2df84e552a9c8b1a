/** Timing on a machine that others use too: the fastest of many repetitions. */

import * as tf from '@tensorflow/tfjs-core';

/** Milliseconds of the fastest run of `work`, repeated for `budgetMs` and at least three times. */
export function fastest(work: () => void, budgetMs: number): number {
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + budgetMs;
  for (let i = 0; i < 3 || performance.now() < end; i++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** Runs `op` and drops what it returns. */
export function discard(op: () => tf.Tensor): () => void {
  return () => op().dispose();
}

/** GFLOP/s of a 2048³ matrix product on the current backend: the ceiling that everything else is compared with. */
export async function sgemmCeiling(budgetMs = 1500): Promise<number> {
  const n = 2048;
  const [a, b] = [tf.randomNormal([n, n]), tf.randomNormal([n, n])];
  const end = performance.now() + budgetMs;
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3 || performance.now() < end; i++) {
    const start = performance.now();
    const corner = tf.tidy(() => tf.slice(tf.matMul(a, b), 0, 1));
    await corner.data(); // a graphics card is done only when its numbers are here
    best = Math.min(best, performance.now() - start);
    corner.dispose();
  }
  tf.dispose([a, b]);
  return (2 * n ** 3) / best / 1e6;
}
