/**
 * Where a command writes: never over something that is there, unless told to with `--force`. A place that was named must be free; a place
 * that nobody named gets a number: `flower.png`, `flower-2.png`, …
 */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { ConfigError } from '@t2i/core';
import { withDirectoryLock, writeFileAtomic, writeNewFile } from '@t2i/core/node';
import { Option } from 'commander';

const USUAL = 'otherwise an --out that is there is refused, and without --out the name gets a number';

/**
 * The `--force` flag of a command that writes.
 * @param otherwise what happens without it
 */
export function forceOption(otherwise = USUAL): Option {
  return new Option('--force', `write over what is there; ${otherwise}`).default(false);
}

export interface Place {
  /** By `--out`. */
  readonly named: string | undefined;
  /** Where nobody named one. */
  readonly usual: string;
  readonly force: boolean;
}

/**
 * Writes a file where it harms nothing; returns its path. Call {@link assertFree} before the work.
 * @throws ConfigError when the file that was named is there
 */
export async function writeOut({ named, usual, force }: Place, content: Uint8Array | string): Promise<string> {
  if (force) {
    await writeFileAtomic(named ?? usual, content);
    return named ?? usual;
  }
  if (named !== undefined) {
    if (await writeNewFile(named, content)) return named;
    throw isThere(named);
  }
  for (const path of numbered(usual)) if (await writeNewFile(path, content)) return path;
  throw new Error('numbers do not end');
}

/** @throws ConfigError when a file or directory that was named is there, before any work is done in vain */
export function assertFree({ named, force }: Pick<Place, 'named' | 'force'>): void {
  if (named !== undefined && !force && !isFree(named)) throw isThere(named);
}

/**
 * Does `work` with a directory that nothing is in yet, unless it may be written over, while no other process writes into it.
 * @throws ConfigError when the directory that was named holds something; T2iError `ERR_LOCKED` when another process writes into it
 */
export async function intoDirectory<T>(
  place: Place,
  doing: string,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  for (;;) {
    const directory = freeDirectory(place);
    const done = await withDirectoryLock(directory, doing, async () =>
      place.force || isFree(directory) ? { result: await work(directory) } : undefined,
    );
    if (done !== undefined) return done.result; // or another process was faster
  }
}

function freeDirectory({ named, usual, force }: Place): string {
  assertFree({ named, force });
  if (named !== undefined || force) return named ?? usual;
  for (const path of numbered(usual)) if (isFree(path)) return path;
  throw new Error('numbers do not end');
}

/** A directory that holds nothing but locks is free: whoever asks for its lock hears whether anybody has it. */
function isFree(path: string): boolean {
  if (!existsSync(path)) return true;
  return statSync(path).isDirectory() && readdirSync(path).every((name) => /^lock-\w+\.json$/.test(name));
}

function* numbered(path: string): Generator<string> {
  yield path;
  const ending = extname(path);
  for (let number = 2; ; number++) yield join(dirname(path), `${basename(path, ending)}-${number}${ending}`);
}

const isThere = (path: string) =>
  new ConfigError(`${path} is there already.`, { hint: 'Give another --out, or --force to write over it.' });
