/**
 * Finds the files of a packed set, also while another set replaces it. The new files are in `.incoming` first, then move
 * up one by one. One rename creates `.incoming`, and every reader looks there first. So at every moment, even after a kill or a
 * power cut, either all files are those of the old set or all are those of the new one.
 */

import { type FileHandle, readdir, rename, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openInside, syncDirectory } from '@t2i/core/node';

/** In the directory of a set that is being replaced. */
const INCOMING = '.incoming';

/** Opens a file of the current set in `directory`. Errors are those of `openInside`. */
export async function openPacked(directory: string, name: string): Promise<FileHandle> {
  try {
    return await openInside(directory, join(INCOMING, name));
  } catch (error) {
    if (!isMissing(error)) throw error;
    return openInside(directory, name);
  }
}

/** The bytes of a file of the current set in `directory`. */
export async function readPacked(directory: string, name: string): Promise<Buffer> {
  const file = await openPacked(directory, name);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Moves the complete set in `directory` to `place`. It replaces an existing set; other files in that directory stay. */
export async function moveIntoPlace(directory: string, place: string): Promise<void> {
  await syncDirectory(directory);
  try {
    await rename(directory, place); // `place` is missing or an empty directory
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await finishReplacing(place); // a replacement that a killed process began
    await rename(directory, join(place, INCOMING));
    await finishReplacing(place);
  }
  await syncDirectory(dirname(place));
}

/** Moves the files up. The order does not matter, because readers look for each file in both places. */
async function finishReplacing(place: string): Promise<void> {
  const incoming = join(place, INCOMING);
  await syncDirectory(place);
  const names = await readdir(incoming).catch(orMissing((): string[] => []));
  for (const name of names) {
    await rename(join(incoming, name), join(place, name)).catch(orMissing(() => {})); // another process may have moved it
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
