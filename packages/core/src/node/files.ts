/** Files that are either complete or absent: written to a temporary file, flushed, then renamed. */

import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { CheckpointError, errorMessage, T2iError } from '../errors.ts';
import { readInside } from './open-inside.ts';

const REASONS: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EACCES: 'permission is denied',
  EROFS: 'the file system is read-only',
  EPERM: 'permission is denied',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is a file, not a directory',
  EISDIR: 'it is a directory',
  ELOOP: 'it is a link',
  ENXIO: 'it is a named pipe or a socket',
};

/** The content of a file. Chunks are written in order, each before the next one is requested. */
export type FileContent = string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/**
 * Writes `content` so that `path` is never half-written: a kill or a full disk leaves the old file.
 * Makes missing directories.
 * @throws T2iError `ERR_WRITE` that names the path and the reason
 */
export async function writeFileAtomic(path: string, content: FileContent): Promise<void> {
  await writeBeside(path, content, (temporary) => rename(temporary, path));
}

/**
 * The same for a file that must not exist yet.
 * @returns false if it exists; it is left as it is
 */
export async function writeNewFile(path: string, content: FileContent): Promise<boolean> {
  let isNew = true;
  await writeBeside(path, content, async (temporary) => {
    isNew = await linked(temporary, path);
    await rm(temporary);
  });
  return isNew;
}

/** Makes a hard link to a file unless the name is taken. On a file system without hard links it makes a copy. */
async function linked(file: string, path: string): Promise<boolean> {
  const isTaken = (error: unknown) => (error as NodeJS.ErrnoException).code === 'EEXIST';
  try {
    await link(file, path);
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
  }
  try {
    await copyFile(file, path, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
}

async function writeBeside(
  path: string,
  content: FileContent,
  place: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const chunks = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      for await (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await place(temporary);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw T2iError.isInstance(cause) ? cause : writeError(path, cause);
  }
}

/**
 * Makes the directory `path`, complete or not at all: `write` fills a directory beside it, which is then renamed. `path` must not exist, or be
 * an empty directory.
 * @param options `replace`: `path` may be another directory. It is removed only when the new one is in its place. After a kill between the
 * two steps the old one is complete beside it, under its name with `.tmp`.
 * @throws T2iError `ERR_WRITE` that names the path and the reason
 */
export async function writeDirectoryAtomic(
  path: string,
  write: (temporary: string) => Promise<void>,
  { replace = false }: { readonly replace?: boolean | undefined } = {},
): Promise<void> {
  const parent = dirname(path);
  const temporary = besides(path);
  try {
    await mkdir(temporary, { recursive: true });
    await write(temporary);
    await syncDirectory(temporary);
    if (replace) await replaceDirectory(temporary, path);
    else await rename(temporary, path);
    await syncDirectory(parent);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw T2iError.isInstance(cause) ? cause : writeError(path, cause);
  }
}

const besides = (path: string) => join(dirname(path), `${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);

/** A directory cannot be renamed over a non-empty one. The old one is moved aside first, and back if necessary. */
async function replaceDirectory(directory: string, path: string): Promise<void> {
  const aside = besides(path);
  const stepped = await rename(path, aside).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  try {
    await rename(directory, path);
  } catch (error) {
    if (stepped) await rename(aside, path);
    throw error;
  }
  if (stepped) await rm(aside, { recursive: true, force: true });
}

/**
 * Copies the files of an untrusted directory, with its sub-directories.
 * @throws T2iError `ERR_FILE` for a link that leads outside, and for anything that is not a file; `ERR_WRITE` if writing fails
 */
export async function copyDirectory(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const name = relative(from, join(entry.parentPath, entry.name));
    await writeFileAtomic(join(to, name), await readInside(from, name));
  }
}

/** The error for a failed write of `path`: an `ERR_WRITE` that names the path and the reason. */
export function writeError(path: string, cause: unknown): T2iError {
  const reason = REASONS[(cause as NodeJS.ErrnoException).code ?? ''] ?? errorMessage(cause);
  return new T2iError('ERR_WRITE', `Cannot write ${path}: ${reason}.`, {
    hint: 'Choose another directory or make room.',
    cause,
  });
}

/** Writes indented JSON, atomically. */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Reads JSON from a file of an untrusted directory.
 * @throws CheckpointError if the file is missing, not JSON, or refused by `openInside`
 */
export async function readJsonFile(directory: string, name: string): Promise<unknown> {
  const bytes = await readFileOf(directory, name);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new CheckpointError(`${join(directory, name)} is not valid JSON: ${errorMessage(cause)}.`, { cause });
  }
}

/**
 * Reads a whole file of an untrusted directory.
 * @throws CheckpointError if the file is missing or refused by `openInside`
 */
export async function readFileOf(directory: string, name: string): Promise<Uint8Array> {
  return readInside(directory, name).catch((cause: unknown) => {
    throw new CheckpointError(`Cannot read ${join(directory, name)}: ${readProblem(cause)}`, {
      hint: T2iError.isInstance(cause) ? cause.hint : undefined,
      cause,
    });
  });
}

/** Why a file could not be read, as the end of a sentence. */
export function readProblem(cause: unknown): string {
  if (T2iError.isInstance(cause)) return cause.message;
  const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
  return missing ? 'it does not exist.' : `${errorMessage(cause)}.`;
}

/** Flushes a directory's entries, so that a rename in it survives a power cut. Windows cannot open directories and needs no flush. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
