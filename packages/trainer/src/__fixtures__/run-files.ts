/** The files of a run that are equal for equal runs: all except those with times. */

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** SHA-256 of each file by its path in the run; `run.json` (creation time) and event files (wall times) are left out. */
export async function runFiles(runDirectory: string): Promise<Record<string, string>> {
  const entries = await readdir(runDirectory, { recursive: true, withFileTypes: true });
  const files: [string, string][] = [];
  for (const entry of entries) {
    if (!entry.isFile() || entry.name === 'run.json' || entry.name.includes('tfevents')) continue;
    const path = join(entry.parentPath, entry.name);
    files.push([relative(runDirectory, path), createHash('sha256').update(await readFile(path)).digest('hex')]);
  }
  return Object.fromEntries(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}
