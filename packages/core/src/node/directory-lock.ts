/**
 * A directory that one process at a time writes into.
 *
 * Announce, then look: a process writes a file `lock-….json` with a unique name, and only then looks for the files of others. If two
 * processes start at once, at least one sees the other. A process that sees a live one removes its own file. So no process ever removes
 * the file of a live one. A stale file is removed by its name, which cannot have become a new lock meanwhile.
 */

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { T2iError } from '../errors.ts';
import { exists } from './exists.ts';
import { writeError, writeJsonFile } from './files.ts';
import { readInside } from './open-inside.ts';
import { ownIdentity, type ProcessIdentity, presenceOf } from './process-identity.ts';

const NAME = /^lock-[0-9a-f]{16}\.json$/;
/** How often to look at a lock that another process seems to hold before giving up. The other may be about to give up, too. */
const LOOKS = 5;
const BETWEEN_LOOKS = 100; // ms, at most
/** How often a holder shows that it is alive, and how long without a sign until one that cannot be queried counts as gone, in ms. */
const SIGN_EVERY = 30_000;
const SILENCE = 600_000;

interface Holder extends ProcessIdentity {
  /** When it took the lock. */
  readonly since: string;
  /** Its task in the directory. */
  readonly work: string;
}

/** A lock that is held. */
export interface DirectoryLock {
  /** @throws T2iError `ERR_LOCKED` if the directory was removed or another process took it over */
  assertHeld(): Promise<void>;
  /** Removes everything in the directory except the lock. */
  removeAll(): Promise<void>;
  /** Also removes a directory that was made for the lock, if it is empty. */
  release(): Promise<void>;
}

/**
 * Runs `work` while it holds the lock of the directory. Makes the directory if it is missing.
 * @param doing the task, for the message in another process: "training"
 * @throws T2iError `ERR_LOCKED` that says who holds it
 */
export async function withDirectoryLock<T>(
  directory: string,
  doing: string,
  work: (lock: DirectoryLock) => Promise<T>,
): Promise<T> {
  const lock = await lockDirectory(directory, doing);
  try {
    const result = await work(lock);
    await lock.release();
    return result;
  } catch (error) {
    await lock.release().catch(() => {}); // the first error is the one to report
    throw error;
  }
}

/**
 * Takes the lock of a directory. Makes the directory if it is missing. Takes over the lock of a killed process.
 * @throws T2iError `ERR_LOCKED` that says who holds it; `ERR_WRITE` when the directory cannot be written to
 */
export async function lockDirectory(directory: string, doing: string): Promise<DirectoryLock> {
  const holder: Holder = { ...(await ownIdentity()), since: new Date().toISOString(), work: doing };
  for (let look = 1; ; look++) {
    const made = await mkdir(directory, { recursive: true }).catch(() => undefined); // a missing permission is reported below
    const path = join(directory, `lock-${randomBytes(8).toString('hex')}.json`);
    const announced = await announce(path, holder);
    const other = announced ? await livingHolder(directory, path) : undefined;
    if (announced && other === undefined) return heldLock(directory, path, made);
    await withdraw(directory, path, made);
    if (look === LOOKS) throw inUse(directory, other);
    await sleep(BETWEEN_LOOKS * Math.random());
  }
}

/** False if another process removed the directory or the file, which it took for stale, at this moment. */
async function announce(path: string, holder: Holder): Promise<boolean> {
  try {
    await writeJsonFile(path, holder);
    return true;
  } catch (error) {
    if (((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return false;
    throw error;
  }
}

interface Found {
  readonly path: string;
  /** Undefined if the file cannot be read: the holder is unknown. */
  readonly holder: Holder | undefined;
  readonly here: boolean;
}

/** The other process that holds the directory. Removes the locks of processes that have ended. */
async function livingHolder(directory: string, own: string): Promise<Found | undefined> {
  const names = (await readdir(directory)).filter((name) => NAME.test(name));
  for (const path of names.map((name) => join(directory, name))) {
    if (path === own) continue;
    const holder = await readHolder(path);
    if (holder === 'none') continue;
    const presence = holder === undefined ? 'unknown' : await presenceOf(holder);
    const gone = presence === 'gone' || (presence === 'unknown' && (await silence(path, own)) > SILENCE);
    if (!gone) return { path, holder, here: presence === 'here' };
    await rm(path, { force: true });
  }
  return undefined;
}

async function readHolder(path: string): Promise<Holder | 'none' | undefined> {
  try {
    const value = JSON.parse((await readInside(dirname(path), basename(path))).toString()) as Partial<Holder> | null;
    const isWhole = Number.isInteger(value?.pid) && typeof value?.host === 'string' && typeof value.since === 'string';
    return isWhole ? (value as Holder) : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'none' : undefined;
  }
}

/** Milliseconds since the last sign of a holder, by the clock of the file system. */
async function silence(path: string, own: string): Promise<number> {
  const touched = async (file: string) =>
    (await stat(file).catch(() => undefined))?.mtimeMs ?? Number.NEGATIVE_INFINITY;
  return (await touched(own)) - (await touched(path));
}

function heldLock(directory: string, path: string, made: string | undefined): DirectoryLock {
  const sign = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), SIGN_EVERY).unref();
  return {
    async assertHeld() {
      const isThere = await exists(path);
      if (isThere) return;
      throw new T2iError('ERR_LOCKED', `${directory} was removed, or taken over, while it was written to.`, {
        hint: 'Leave a directory alone until the process that writes into it has ended.',
      });
    },
    async removeAll() {
      for (const name of await readdir(directory)) {
        if (join(directory, name) !== path) await rm(join(directory, name), { recursive: true, force: true });
      }
    },
    async release() {
      clearInterval(sign);
      await withdraw(directory, path, made);
    },
  };
}

/** Removes this process's file, and the directories that were made for it if they are empty. */
async function withdraw(directory: string, path: string, made: string | undefined): Promise<void> {
  await rm(path, { force: true }).catch((cause) => {
    throw writeError(path, cause);
  });
  if (made === undefined) return;
  const first = resolve(made);
  for (let empty = resolve(directory); empty.length >= first.length; empty = dirname(empty)) {
    if (
      await rmdir(empty).then(
        () => false,
        () => true,
      )
    )
      return;
  }
}

function inUse(directory: string, other: Found | undefined): T2iError {
  const { path, holder, here } = other ?? {};
  const rest = path === undefined ? 'Try again.' : `Remove ${path} once no process writes into the directory.`;
  if (holder === undefined) {
    return new T2iError('ERR_LOCKED', `${directory} is in use by a process that cannot be named.`, { hint: rest });
  }
  const { pid, host, since, work } = holder;
  return new T2iError(
    'ERR_LOCKED',
    `${directory} is in use: process ${pid} on ${host} has held it since ${since} (${work}).`,
    { hint: here ? 'Wait until that process ends, or end it.' : `Wait until that process ends. ${rest}` },
  );
}
