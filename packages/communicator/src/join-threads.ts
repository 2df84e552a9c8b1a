/** The side of a thread. */

import { parentPort, workerData } from 'node:worker_threads';
import { type Communicator, ConfigError } from '@t2i/core';
import type { FromRank, RankSetup } from './messages.ts';
import { ThreadCommunicator } from './thread-communicator.ts';

/**
 * Runs `main` as one of the ranks that `runThreads` started. What it returns goes to the launcher; what it throws ends all ranks.
 * @throws ConfigError in a thread that `runThreads` has not started
 */
export async function joinThreads<Data>(
  main: (communicator: Communicator, data: Data) => Promise<unknown>,
): Promise<void> {
  const { rank, size, data } = (workerData ?? {}) as Partial<RankSetup>;
  if (parentPort === null || rank === undefined || size === undefined) {
    throw new ConfigError('This module is a rank of a computation on several threads.', {
      hint: 'Start it with runThreads.',
    });
  }
  const result = await main(new ThreadCommunicator({ rank, size, data }, parentPort), data as Data);
  parentPort.postMessage({ kind: 'result', result } satisfies FromRank);
}
