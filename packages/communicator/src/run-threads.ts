/** Starts the ranks as threads of this process, lets them meet, and ends all of them when one fails. */

import { Worker } from 'node:worker_threads';
import { ConfigError, errorMessage, T2iError } from '@t2i/core';
import { MeetingPlace } from './meeting-place.ts';
import type { FromRank, RankSetup } from './messages.ts';

export interface ThreadsOptions {
  /** Number of ranks, at least 1. */
  readonly size: number;
  /** Given to every rank, as a structured clone. */
  readonly data?: unknown;
  /** Flags of Node for the threads; default: those of this process. */
  readonly execArgv?: readonly string[];
}

/**
 * Runs a module in `size` threads. The module calls `joinThreads`.
 * @param module the file of the module
 * @returns what every rank returned, by rank
 * @throws T2iError `ERR_RANK` as soon as a rank throws, ends early, or makes another call than the others; all threads have ended then
 */
export async function runThreads<Result = unknown>(
  module: URL,
  { size, data, execArgv }: ThreadsOptions,
): Promise<Result[]> {
  if (!Number.isInteger(size) || size < 1) {
    throw new ConfigError(`The number of ranks must be a whole number of at least 1, got ${size}.`);
  }
  const workers = Array.from({ length: size }, (_, rank) => {
    const setup: RankSetup = { rank, size, data };
    return new Worker(module, { workerData: setup, ...(execArgv && { execArgv: [...execArgv] }) });
  });
  try {
    return await new Promise<Result[]>((resolve, reject) => {
      const results: Result[] = [];
      const fail = (message: string, cause?: unknown) => reject(new T2iError('ERR_RANK', message, { cause }));
      const meetings = new MeetingPlace(size, {
        fail,
        depart: (departure) => workers.forEach((worker) => void worker.postMessage(departure)),
      });
      workers.forEach((worker, rank) => {
        worker.on('message', (message: FromRank) => {
          if (message.kind === 'arrival') return meetings.arrive(rank, message.arrival);
          results[rank] = message.result as Result;
          meetings.leave(rank);
          if (Object.keys(results).length === size) resolve(results);
        });
        worker.on('error', (error) => fail(`Rank ${rank} failed: ${errorMessage(error)}`, error));
        worker.on('exit', (code) => {
          if (!(rank in results)) fail(`Rank ${rank} ended without a result (exit code ${code}).`);
        });
      });
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
