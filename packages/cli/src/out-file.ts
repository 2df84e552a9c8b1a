/**
 * Where a command writes: existing files are overwritten only with `--force`. A path given by `--out` must not exist; a default path gets
 * a number: `flower.png`, `flower-2.png`, …
 */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { ConfigError } from '@t2i/core';
import { withDirectoryLock, writeFileAtomic, writeNewFile } from '@t2i/core/node';
import { Option } from 'commander';

const USUAL = 'by default an existing --out is refused, and the default name gets a number';

/**
 * The `--force` flag of a command that writes.
 * @param otherwise what happens without the flag
 */
export function forceOption(otherwise = USUAL): Option {
  return new Option('--force', `overwrite existing files; ${otherwise}`).default(false);
}

export interface Place {
  /** The path that `--out` gives. */
  readonly named: string | undefined;
  /** The default path. */
  readonly usual: string;
  readonly force: boolean;
}

/**
 * Writes a new file and returns its path. Call {@link assertFree} before the work.
 * @throws ConfigError when the file given by `--out` exists
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

/** Call it before the work. @throws ConfigError when the file or directory given by `--out` exists */
export function assertFree({ named, force }: Pick<Place, 'named' | 'force'>): void {
  if (named !== undefined && !force && !isFree(named)) throw isThere(named);
}

/**
 * Locks an empty directory (any directory with `--force`) and does `work` with it.
 * @throws ConfigError when the directory given by `--out` is not empty; T2iError `ERR_LOCKED` when another process writes into it
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
    if (done !== undefined) return done.result; // otherwise another process was faster
  }
}

function freeDirectory({ named, usual, force }: Place): string {
  assertFree({ named, force });
  if (named !== undefined || force) return named ?? usual;
  for (const path of numbered(usual)) if (isFree(path)) return path;
  throw new Error('numbers do not end');
}

/** A directory with nothing but locks is free: taking its lock tells whether anybody uses it. */
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
  new ConfigError(`${path} already exists.`, { hint: 'Choose another --out, or add --force to overwrite it.' });
