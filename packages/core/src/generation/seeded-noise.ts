/** The noise of a seed, and noise near it: the same seed gives the same image again. */

import { Rng } from '../rng.ts';
import { assert } from '../shape.ts';

/** How far a neighbour's noise is from its origin. The correlation of the two is √(1 − 0.5²) ≈ 0.87. */
const SPREAD = 0.5;

/** @returns the noise at `path` of a seed; see {@link createNoiseSource}. Do not write to it. */
export type NoiseSource = (seed: number, path: readonly number[]) => Float32Array;

/**
 * Noise z ~ N(0, 1) of `noiseDim` numbers, identified by a seed and a path of indices:
 *
 * - `[i]` is the i-th noise of the seed, in the order in which `new Rng(seed)` generates them;
 * - `[…path, 0]` is the noise at `path` itself;
 * - `[…path, i]` is √(1 − s²) · z(path) + s · the i-th noise of seed + (length of path), s = 0.5: near z(path), and N(0, 1) again.
 *
 * The source caches all noise that it generates.
 */
export function createNoiseSource(noiseDim: number): NoiseSource {
  const streams = new Map<number, { readonly rng: Rng; readonly rows: Float32Array[] }>();
  const noiseAt = (seed: number, index: number): Float32Array => {
    const stream = streams.get(seed) ?? { rng: new Rng(seed), rows: [] };
    streams.set(seed, stream);
    while (stream.rows.length <= index) stream.rows.push(stream.rng.normal(noiseDim));
    return stream.rows[index]!;
  };
  return (seed, [first, ...steps]) => {
    assert(first !== undefined, 'a path has at least one index');
    return steps.reduce(
      (origin, index, depth) => {
        if (index === 0) return origin;
        return between(origin, noiseAt((seed + depth + 1) % Number.MAX_SAFE_INTEGER, index));
      },
      noiseAt(seed, first),
    );
  };
}

function between(origin: Float32Array, other: Float32Array): Float32Array {
  const share = Math.sqrt(1 - SPREAD ** 2);
  return origin.map((value, k) => share * value + SPREAD * other[k]!);
}

/** The first `count` noise vectors of a seed [count, noiseDim]. The i-th does not depend on `count`. */
export function seededNoise(seed: number, count: number, noiseDim: number): Float32Array {
  const noise = createNoiseSource(noiseDim);
  const rows = new Float32Array(count * noiseDim);
  for (let i = 0; i < count; i++) rows.set(noise(seed, [i]), i * noiseDim);
  return rows;
}
