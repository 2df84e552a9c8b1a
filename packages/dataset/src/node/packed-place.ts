/**
 * Where the files of a packed set are, also while another set takes its place. The new files lie in `.incoming` first, then move
 * up one by one. `.incoming` comes into being by one rename, and whoever reads looks into it first: at every moment, a kill or a
 * power cut included, all files are those of the old set or all those of the new one.
 */

import { type FileHandle, readdir, rename, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openInside, syncDirectory } from '@t2i/core/node';

/** In the directory of a set that is being replaced. */
const INCOMING = '.incoming';

/** Opens a file of the set that is in `directory` now; errors are those of `openInside`. */
export async function openPacked(directory: string, name: string): Promise<FileHandle> {
  try {
    return await openInside(directory, join(INCOMING, name));
  } catch (error) {
    if (!isMissing(error)) throw error;
    return openInside(directory, name);
  }
}

/** The bytes of a file of the set that is in `directory` now. */
export async function readPacked(directory: string, name: string): Promise<Buffer> {
  const file = await openPacked(directory, name);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Puts the whole set in `directory` where `place` is: one that is there is replaced, other files in its directory stay. */
export async function moveIntoPlace(directory: string, place: string): Promise<void> {
  await syncDirectory(directory);
  try {
    await rename(directory, place); // nothing is there, or an empty directory
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await finishReplacing(place); // what an earlier process was killed at
    await rename(directory, join(place, INCOMING));
    await finishReplacing(place);
  }
  await syncDirectory(dirname(place));
}

/** Moves the files up. Which comes first does not matter: each is looked for in both places. */
async function finishReplacing(place: string): Promise<void> {
  const incoming = join(place, INCOMING);
  await syncDirectory(place);
  const names = await readdir(incoming).catch(orMissing((): string[] => []));
  for (const name of names) {
    await rename(join(incoming, name), join(place, name)).catch(orMissing(() => {})); // or another process has moved it
  }
  await syncDirectory(place);
  await rmdir(incoming).catch(orMissing(() => {}));
}

function orMissing<T>(otherwise: () => T): (error: unknown) => T {
  return (error) => {
    if (isMissing(error)) return otherwise();
    throw error;
  };
}

const isMissing = (error: unknown) => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
