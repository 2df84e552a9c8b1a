/** The seam of training on several processes at once. */

import { assert } from './shape.ts';

/**
 * Several processes that compute a result together, as one of them, a rank, sees them. Every rank makes the same calls in the same order, with
 * buffers of the same lengths. A buffer belongs to the communicator until the promise of its call resolves. A call may begin before the one
 * before it has ended.
 */
export interface Communicator {
  /** Number of this rank, 0 … size − 1. */
  readonly rank: number;
  /** Number of ranks. */
  readonly size: number;
  /** Replaces every value by its mean over all ranks. Every rank gets the same bytes. */
  allReduceMean(buffers: readonly Float32Array[]): Promise<void>;
  /** Replaces the bytes of `buffer` by those that rank `root` has there. */
  broadcast(buffer: ArrayBufferView, root: number): Promise<void>;
  /** Resolves once every rank has called it. */
  barrier(): Promise<void>;
}

/** The communicator of a process that works alone: a mean over one rank changes nothing. */
export const singleProcess: Communicator = {
  rank: 0,
  size: 1,
  async allReduceMean() {},
  async broadcast(_, root) {
    assert(root === 0, `there is no rank ${root} in a single process`);
  },
  async barrier() {},
};
