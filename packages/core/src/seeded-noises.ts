/** The noises of a seed, and those near to one of them: what makes an image drawn once one that can be drawn again. */

import { Rng } from './rng.ts';
import { assert } from './shape.ts';

/** How far a neighbour's noise is from its origin, as a share of a noise of its own; their correlation is √(1 − 0.5²) ≈ 0.87. */
const SPREAD = 0.5;

/** @returns the noise at `path` of a seed; see {@link createNoises}. Not to be written to. */
export type Noises = (seed: number, path: readonly number[]) => Float32Array;

/**
 * Noises z ~ N(0, 1) of `noiseDim` numbers, each found again by a seed and a path of indices:
 *
 * - `[i]` is the i-th noise of the seed, as `new Rng(seed)` draws them one after the other;
 * - `[…path, 0]` is the noise at `path` itself;
 * - `[…path, i]` is √(1 − s²) · z(path) + s · the i-th noise of seed + (length of path), s = 0.5: near to it, and N(0, 1) again.
 *
 * What was drawn once is kept for as long as the function is.
 */
export function createNoises(noiseDim: number): Noises {
  const streams = new Map<number, { readonly rng: Rng; readonly rows: Float32Array[] }>();
  const drawn = (seed: number, index: number): Float32Array => {
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
        return between(origin, drawn((seed + depth + 1) % Number.MAX_SAFE_INTEGER, index));
      },
      drawn(seed, first),
    );
  };
}

function between(origin: Float32Array, other: Float32Array): Float32Array {
  const share = Math.sqrt(1 - SPREAD ** 2);
  return origin.map((value, k) => share * value + SPREAD * other[k]!);
}
