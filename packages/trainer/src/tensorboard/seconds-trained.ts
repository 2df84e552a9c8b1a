/** How long a run was trained. Its event files record when each session began and when it last wrote. */

import type { FileHandle } from 'node:fs/promises';
import { listInside, openInside } from '@t2i/core/node';

const HEAD = 12; // a record's length in 8 bytes, and its checksum
const TAIL = 4;
const WALL_TIME = 1; // bytes into an event: after the tag of its first field

/** Seconds of all sessions; steps repeated after a kill count twice. Undefined if there are no event files. */
export async function secondsTrained(runDirectory: string): Promise<number | undefined> {
  const names = (await listInside(runDirectory, '')).filter((name) => name.includes('tfevents'));
  if (names.length === 0) return undefined;
  const spans = await Promise.all(names.map((name) => secondsIn(runDirectory, name)));
  return spans.reduce((sum, span) => sum + span);
}

/** Seconds from the first event of a file to the last complete one. Skips images without reading them. */
async function secondsIn(directory: string, name: string): Promise<number> {
  const file = await openInside(directory, name);
  try {
    const { size } = await file.stat();
    let first: number | undefined;
    let last = 0;
    for (let at = 0; at + HEAD + TAIL < size; ) {
      const view = await readAt(file, at, HEAD + WALL_TIME + 8);
      const end = at + HEAD + Number(view.getBigUint64(0, true)) + TAIL;
      if (end > size) break;
      last = view.getFloat64(HEAD + WALL_TIME, true);
      first ??= last;
      at = end;
    }
    return first === undefined ? 0 : last - first;
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<DataView> {
  const { buffer } = await file.read(new Uint8Array(length), 0, length, position);
  return new DataView(buffer.buffer);
}
