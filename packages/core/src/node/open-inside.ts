/**
 * Files of folders that somebody else may have made. A name in such a folder leads to an ordinary file inside it, or is refused:
 * a link to `/etc/passwd` is not read, and a named pipe does not hang the program. Links that stay inside are followed.
 */

import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { T2iError } from '../errors.ts';

/** Where the links of a folder may lead. */
export interface LinkOptions {
  /** `anywhere` is for the folder of a person who put the links there. Default `inside`. */
  readonly links?: 'inside' | 'anywhere' | undefined;
}

// Windows has neither of the last two.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/**
 * Opens a file of a folder for reading. The folder itself may be a link.
 * @param name relative to the folder, with forward slashes
 * @throws T2iError `ERR_FILE` when it leads outside the folder, or to something that is no ordinary file
 * @throws Error of the file system, with its `code`, when it cannot be opened
 */
export async function openInside(folder: string, name: string, options: LinkOptions = {}): Promise<FileHandle> {
  const path = join(folder, name);
  const real = await placeInside(folder, name, options);
  assertFile(path, await lstat(real)); // to open a device can have effects
  const file = await open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    assertFile(path, await file.stat()); // it may have been changed since
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Size and times of a file of a folder; see `openInside`. */
export async function statInside(folder: string, name: string, options: LinkOptions = {}): Promise<Stats> {
  const found = await lstat(await placeInside(folder, name, options));
  assertFile(join(folder, name), found);
  return found;
}

/** The bytes of a file of a folder; see `openInside`. */
export async function readInside(folder: string, name: string, options?: LinkOptions): Promise<Buffer> {
  const file = await openInside(folder, name, options);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * The path of a sub-folder, there and inside.
 * @throws T2iError `ERR_FILE` when it leads outside the folder, or is none
 * @throws Error of the file system, with its `code`, when there is none
 */
export async function folderInside(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const found = await lstat(await placeInside(folder, name, {}));
  if (found.isDirectory()) return path;
  throw new T2iError('ERR_FILE', `${path} is ${kindOf(found)}, not a folder.`, { hint: 'Remove it, or rename it.' });
}

/**
 * Names in a sub-folder, sorted; none when there is no such folder.
 * @throws T2iError `ERR_FILE` when it leads outside the folder
 */
export async function listInside(folder: string, name: string): Promise<string[]> {
  try {
    return (await readdir(await folderInside(folder, name))).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** Where a name leads once every link is followed. */
async function placeInside(folder: string, name: string, { links = 'inside' }: LinkOptions): Promise<string> {
  const path = join(folder, name);
  // a name that climbs is refused even where links may lead anywhere: names come out of files
  if (isAbsolute(name) || name.includes('\0') || !isWithin(resolve(folder), resolve(path))) {
    throw outside(JSON.stringify(name), folder, 'Names of files must be relative to the folder and stay in it.');
  }
  const real = await realpath(path);
  if (links === 'anywhere' || isWithin(await realpath(folder), real)) return real;
  throw outside(path, folder, 'Put what it leads to into the folder, in place of the link.');
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function outside(what: string, folder: string, hint: string): T2iError {
  return new T2iError('ERR_FILE', `${what} leads outside ${folder}.`, { hint });
}

function assertFile(path: string, found: Stats): void {
  if (found.isFile()) return;
  throw new T2iError('ERR_FILE', `${path} is ${kindOf(found)}, not a file.`, {
    hint: 'Put an ordinary file in its place.',
  });
}

function kindOf(found: Stats): string {
  if (found.isFile()) return 'a file';
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a named pipe';
  if (found.isSocket()) return 'a socket';
  return found.isSymbolicLink() ? 'a link' : 'a device';
}
