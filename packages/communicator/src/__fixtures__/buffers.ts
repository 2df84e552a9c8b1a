/** What the ranks of the tests bring. */

import { Rng } from '@t2i/core';

export const LENGTHS = [5, 1, 0, 1000] as const;
export const MEBI = 2 ** 20;

/** What a rank brings to a round. */
export function buffersOf(rank: number, round: number): Float32Array[] {
  const rng = new Rng(100 * round + rank);
  return LENGTHS.map((length) => rng.normal(length * (round + 1)));
}
