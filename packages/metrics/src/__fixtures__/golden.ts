/** The sets of make_golden.py, and random ones for properties. */

import { readFileSync } from 'node:fs';
import { type EmbeddingBatch, Rng } from '@t2i/core';

interface Golden {
  readonly dim: number;
  readonly real: readonly number[];
  readonly samples: readonly number[];
  readonly few: readonly number[];
  readonly frechet: number;
  readonly frechetFew: number;
  readonly kernel: number;
  readonly neighbours: number;
  readonly manifold: Readonly<Record<string, number>>;
  readonly classes: number;
  readonly probabilities: readonly number[];
  readonly inception: Readonly<Record<string, number>>;
  readonly inceptionSplit: Readonly<Record<string, number>>;
  readonly groups: readonly number[];
  readonly diversity: number;
  readonly nearest: readonly number[];
  readonly nearestDistances: readonly number[];
  readonly unseen: readonly number[];
  readonly copying: number;
  readonly size: number;
  readonly symmetric: readonly number[];
  readonly eigenvalues: readonly number[];
}

export const GOLDEN = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8')) as Golden;

export function batch(values: ArrayLike<number>, dim: number): EmbeddingBatch {
  return { data: Float32Array.from(values), shape: [values.length / dim, dim] };
}

/** The features of make_golden.py. */
export const REAL = batch(GOLDEN.real, GOLDEN.dim);
export const SAMPLES = batch(GOLDEN.samples, GOLDEN.dim);
export const FEW = batch(GOLDEN.few, GOLDEN.dim);

/** N(`mean`, `scale`²) in every direction. */
export function normal(seed: number, count: number, dim: number, { mean = 0, scale = 1 } = {}): EmbeddingBatch {
  return batch(
    new Rng(seed).normal(count * dim).map((value) => mean + scale * value),
    dim,
  );
}

/** The same rows in another order. */
export function reordered({ data, shape }: EmbeddingBatch, seed: number): EmbeddingBatch {
  const [count, dim] = shape;
  const order = new Rng(seed).shuffle(Array.from({ length: count }, (_, row) => row));
  return batch(
    order.flatMap((row) => [...data.subarray(row * dim, (row + 1) * dim)]),
    dim,
  );
}
