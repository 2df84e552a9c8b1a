/** What a run leaves behind for the documents and for the next run: `results/<engine>.json`. */

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from '@t2i/core/node';
import { ENGINES, type EngineName } from './engines.ts';
import type { Verdict } from './judge.ts';

/** Counts and excused failures of one run. */
export type Counts = Pick<Verdict, 'passed' | 'failed' | 'pending' | 'excused'>;

export interface Account {
  readonly engine: EngineName;
  readonly date: string;
  /** tfjs-core's own tests, by what the engine says of itself: version, TensorFlow, instruction set. */
  readonly tfjsCore: readonly ({ readonly description: string } & Counts)[];
  /** Golden networks and steps, training, memory, drawing. */
  readonly models: Counts;
}

const FOLDER = join(import.meta.dirname, '../results');
const fileOf = (engine: EngineName) => `${engine}.json`;

/** The counts of a verdict, without the faults: an account is written of what is as it should be. */
export function countsOf({ passed, failed, pending, excused }: Verdict): Counts {
  return { passed, failed, pending, excused };
}

export function writeAccount(account: Account): Promise<void> {
  return writeJsonFile(join(FOLDER, fileOf(account.engine)), account);
}

/** Undefined for an engine that has not been run. */
export async function readAccount(engine: EngineName): Promise<Account | undefined> {
  try {
    await access(join(FOLDER, fileOf(engine)));
  } catch {
    return undefined;
  }
  return (await readJsonFile(FOLDER, fileOf(engine))) as unknown as Account;
}

/** All accounts there are, in the order of the engines. */
export async function readAccounts(): Promise<Account[]> {
  const accounts = await Promise.all(ENGINES.map(readAccount));
  return accounts.filter((account) => account !== undefined);
}

/** Where a run differs from the recorded one: a test that disappears is not seen otherwise. Other machines have other descriptions. */
export function changedCounts(recorded: Account, now: Account): string[] {
  const rows = ({ tfjsCore, models }: Account) => [...tfjsCore, { description: 'models', ...models }];
  const text = ({ passed, failed, pending }: Counts) => `${passed} passed, ${failed} failed, ${pending} pending`;
  return rows(now).flatMap((row) => {
    const before = rows(recorded).find(({ description }) => description === row.description);
    if (before === undefined || text(before) === text(row)) return [];
    return [`${now.engine} ${row.description}: ${text(row)}; recorded are ${text(before)}`];
  });
}
