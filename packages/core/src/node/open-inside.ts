/**
 * Files of untrusted directories. A name in such a directory must lead to a regular file inside it, or it is refused:
 * a link to `/etc/passwd` is not read, and a named pipe does not hang the program. Links that stay inside are followed.
 */

import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { T2iError } from '../errors.ts';

/** Where links in a directory may lead. */
export interface LinkOptions {
  /** `anywhere` is for a directory whose links the user made. Default `inside`. */
  readonly links?: 'inside' | 'anywhere' | undefined;
}

// Windows has neither of the last two.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/**
 * Opens a file of a directory for reading. The directory itself may be a link.
 * @param name relative to the directory, with forward slashes
 * @throws T2iError `ERR_FILE` if it leads outside the directory, or to anything but a regular file
 * @throws Error of the file system, with its `code`, if it cannot be opened
 */
export async function openInside(directory: string, name: string, options: LinkOptions = {}): Promise<FileHandle> {
  const path = join(directory, name);
  const real = await placeInside(directory, name, options);
  assertFile(path, await lstat(real)); // opening a device can have side effects
  const file = await open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    assertFile(path, await file.stat()); // it may have changed since
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Size and times of a file of a directory; see `openInside`. */
export async function statInside(directory: string, name: string, options: LinkOptions = {}): Promise<Stats> {
  const found = await lstat(await placeInside(directory, name, options));
  assertFile(join(directory, name), found);
  return found;
}

/** The bytes of a file of a directory; see `openInside`. */
export async function readInside(directory: string, name: string, options?: LinkOptions): Promise<Buffer> {
  const file = await openInside(directory, name, options);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * The path of a sub-directory that exists and is inside the directory.
 * @throws T2iError `ERR_FILE` if it leads outside the directory, or is not a directory
 * @throws Error of the file system, with its `code`, if it does not exist
 */
export async function directoryInside(directory: string, name: string): Promise<string> {
  const path = join(directory, name);
  const found = await lstat(await placeInside(directory, name, {}));
  if (found.isDirectory()) return path;
  throw new T2iError('ERR_FILE', `${path} is ${kindOf(found)}, not a directory.`, { hint: 'Remove it, or rename it.' });
}

/**
 * Names in a sub-directory, sorted; none if there is no such directory.
 * @throws T2iError `ERR_FILE` if it leads outside the directory
 */
export async function listInside(directory: string, name: string): Promise<string[]> {
  try {
    return (await readdir(await directoryInside(directory, name))).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** The path that a name leads to after all links. */
async function placeInside(directory: string, name: string, { links = 'inside' }: LinkOptions): Promise<string> {
  const path = join(directory, name);
  // a name with `..` is refused even if links may lead anywhere, because names come from files
  if (isAbsolute(name) || name.includes('\0') || !isWithin(resolve(directory), resolve(path))) {
    throw outside(JSON.stringify(name), directory, 'Names of files must be relative to the directory and stay in it.');
  }
  const real = await realpath(path);
  if (links === 'anywhere' || isWithin(await realpath(directory), real)) return real;
  throw outside(path, directory, 'Put what it leads to into the directory, in place of the link.');
}

function isWithin(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function outside(what: string, directory: string, hint: string): T2iError {
  return new T2iError('ERR_FILE', `${what} leads outside ${directory}.`, { hint });
}

function assertFile(path: string, found: Stats): void {
  if (found.isFile()) return;
  throw new T2iError('ERR_FILE', `${path} is ${kindOf(found)}, not a file.`, {
    hint: 'Put an ordinary file in its place.',
  });
}

function kindOf(found: Stats): string {
  if (found.isFile()) return 'a file';
  if (found.isDirectory()) return 'a directory';
  if (found.isFIFO()) return 'a named pipe';
  if (found.isSocket()) return 'a socket';
  return found.isSymbolicLink() ? 'a link' : 'a device';
}
