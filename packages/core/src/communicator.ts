/** The interface for training on several processes at once. */

import { ConfigError } from './errors.ts';
import { fnv1a } from './fnv1a.ts';
import { assert } from './shape.ts';

/** One of several processes that share work. */
export interface Ranks {
  /** Index of this rank, 0 … size − 1. */
  readonly rank: number;
  /** Number of ranks. */
  readonly size: number;
}

/**
 * A group of processes that compute a result together, from the point of view of one of them, a rank. Every rank makes the same calls in
 * the same order, with buffers of the same lengths. A buffer belongs to the communicator until the promise of its call resolves. A call
 * may begin before the previous one has ended.
 */
export interface Communicator extends Ranks {
  /** Replaces every value by its mean over all ranks. Every rank gets the same bytes. */
  allReduceMean(buffers: readonly Float32Array[]): Promise<void>;
  /** Replaces the bytes of `buffer` by those of rank `root`. */
  broadcast(buffer: ArrayBufferView, root: number): Promise<void>;
  /** Resolves when every rank has called it. */
  barrier(): Promise<void>;
}

/** The communicator of a single process: a mean over one rank changes nothing. */
export const singleProcess: Communicator = {
  rank: 0,
  size: 1,
  async allReduceMean() {},
  async broadcast(_, root) {
    assert(root === 0, `there is no rank ${root} in a single process`);
  },
  async barrier() {},
};

/**
 * The rows of a batch that belong to a rank: equal shares, in the order of the ranks.
 * @throws ConfigError when the ranks cannot have equal shares
 */
export function shareOf(batchSize: number, { rank, size }: Ranks): readonly [from: number, to: number] {
  const rows = batchSize / size;
  if (Number.isInteger(rows)) return [rank * rows, (rank + 1) * rows];
  throw new ConfigError(`A batch of ${batchSize} cannot be shared equally by ${size} ranks.`, {
    hint: `Choose a batch size that is a multiple of ${size}. It counts the rows of all ranks together.`,
  });
}

/**
 * Checks that all ranks will compute the same. Every rank calls it before the first step.
 * @param values the values that must be equal, by readable names: a fingerprint, a configuration as JSON, a version
 * @throws ConfigError on every rank. It names each value that differs and the ranks that differ from rank 0
 */
export async function assertSameOnAllRanks(
  communicator: Communicator,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const own = Object.values(values).map((text) => fnv1a(encode(text)));
  const hashes: string[][] = []; // by rank
  for (let root = 0; root < communicator.size; root++) {
    const message = encode(own.join(' '));
    await communicator.broadcast(message, root);
    hashes.push(new TextDecoder().decode(message).split(' '));
  }
  const problems = Object.keys(values).flatMap((name, i) => {
    const others = hashes.flatMap((ofRank, rank) => (ofRank[i] === hashes[0]![i] ? [] : [rank]));
    return others.length === 0 ? [] : [`The ${name} of rank ${others.join(', ')} differs from that of rank 0.`];
  });
  if (problems.length === 0) return;
  throw new ConfigError(problems.join('\n'), {
    hint: 'Start all ranks with the same data, configuration and version.',
  });
}
