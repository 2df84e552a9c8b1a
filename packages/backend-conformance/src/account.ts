/** The recorded results of a backend, for the document and for the next run: `results/<backend>.json`. */

import { join } from 'node:path';
import { exists, readJsonFile, writeJsonFile } from '@t2i/core/node';
import { BACKENDS, type BackendName } from './backends.ts';
import type { RunComparison } from './compare-runs.ts';

/** Counts and excused failures of one run. */
export type Counts = Pick<RunComparison, 'passed' | 'failed' | 'pending' | 'excused'>;

export interface Account {
  readonly backend: BackendName;
  readonly date: string;
  /** tfjs-core's own tests, by what the backend says of itself: version, TensorFlow, instruction set. */
  readonly tfjsCore: readonly ({ readonly description: string } & Counts)[];
  /** Golden networks and steps, training, memory, generation. */
  readonly models: Counts;
}

const DIRECTORY = join(import.meta.dirname, '../results');
const fileOf = (backend: BackendName) => `${backend}.json`;

/** The counts of a comparison, without the faults. */
export function countsOf({ passed, failed, pending, excused }: RunComparison): Counts {
  return { passed, failed, pending, excused };
}

export function writeAccount(account: Account): Promise<void> {
  return writeJsonFile(join(DIRECTORY, fileOf(account.backend)), account);
}

/** Undefined for a backend that has not been run. */
export async function readAccount(backend: BackendName): Promise<Account | undefined> {
  if (!(await exists(join(DIRECTORY, fileOf(backend))))) return undefined;
  return (await readJsonFile(DIRECTORY, fileOf(backend))) as unknown as Account;
}

/** All accounts there are, in the order of the backends. */
export async function readAccounts(): Promise<Account[]> {
  const accounts = await Promise.all(BACKENDS.map(readAccount));
  return accounts.filter((account) => account !== undefined);
}

/** Differences from the recorded run. They reveal tests that disappear. Descriptions differ between machines, so only equal ones are compared. */
export function changedCounts(recorded: Account, now: Account): string[] {
  const rows = ({ tfjsCore, models }: Account) => [...tfjsCore, { description: 'models', ...models }];
  const text = ({ passed, failed, pending }: Counts) => `${passed} passed, ${failed} failed, ${pending} pending`;
  return rows(now).flatMap((row) => {
    const before = rows(recorded).find(({ description }) => description === row.description);
    if (before === undefined || text(before) === text(row)) return [];
    return [`${now.backend} ${row.description}: ${text(row)}; recorded are ${text(before)}`];
  });
}
