/** Writes a packed data set to a temporary directory, flushes it, then moves it, so that an incomplete set never looks like one. */

import { writeSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, realpath, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { assert, ConfigError, T2iError } from '@t2i/core';
import { hashFile, sha256, writeError } from '@t2i/core/node';
import { formatItems, type ItemRecord } from '../item-list.ts';
import {
  countItems,
  FORMAT_VERSION,
  fingerprintText,
  MANIFEST_FILE,
  type Manifest,
  type ManifestFile,
  PACKED_FILES,
} from '../manifest.ts';
import { moveIntoPlace } from './packed-place.ts';

export interface PackedContent
  extends Pick<Manifest, 'name' | 'storedSize' | 'classNames' | 'classDisjoint' | 'sources' | 'copyOf'> {
  readonly items: readonly ItemRecord[];
  /** The captions of each item. */
  readonly captions: readonly (readonly string[])[];
}

/** Stores the pixels of one item, [storedSize, storedSize, 3]. Items may arrive in any order, each once. */
export type WriteImage = (item: number, pixels: Uint8Array) => Promise<void>;

/**
 * Writes `directory` and replaces a packed data set that exists there. After a kill at any moment the old set or the new one is there.
 * @param fill stores every image; if it throws or the program is killed, `directory` stays unchanged
 * @throws ConfigError if `directory` contains something else
 * @throws T2iError `ERR_WRITE` if the disk is full or the directory is not writable
 */
export async function writePackedDataset(
  directory: string,
  content: PackedContent,
  fill: (write: WriteImage) => Promise<void>,
): Promise<Manifest> {
  const { storedSize } = content;
  if (!Number.isInteger(storedSize) || storedSize < 1) {
    throw new ConfigError(`The stored size must be a whole number of pixels, got ${storedSize}.`);
  }
  const place = await realpath(directory).catch(() => resolve(directory)); // replaces the target of a link, not the link
  await assertReplaceable(place);
  const building = `${place}${PREPARING}${hostname()}-${process.pid}`;
  try {
    await removeLeftovers(place);
    await mkdir(building, { recursive: true });
    await writeImages(join(building, PACKED_FILES.images), content, fill);
    await writeFlushed(join(building, PACKED_FILES.items), formatItems(content.items));
    await writeFlushed(join(building, PACKED_FILES.captions), captionText(content.captions));
    const manifest = await describe(building, content);
    await writeFlushed(join(building, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    await moveIntoPlace(building, place);
    return manifest;
  } catch (cause) {
    await rm(building, { recursive: true, force: true });
    throw isSystemError(cause) ? writeError(place, cause) : cause;
  }
}

/** Separates the name of a data set from the process that builds it. */
const PREPARING = '.preparing-';

/** Removes the files of killed preparations of the same directory. Those of running ones and of other machines stay. */
async function removeLeftovers(place: string): Promise<void> {
  const prefix = `${basename(place)}${PREPARING}${hostname()}-`;
  const parent = dirname(place);
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length));
    if (pid === process.pid || !isRunning(pid)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function assertReplaceable(place: string): Promise<void> {
  const names = await readdir(place).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw writeError(place, error);
  });
  if (names.length > 0 && !names.includes(MANIFEST_FILE)) {
    throw new ConfigError(`${place} holds other files; a prepared data set would replace them.`, {
      hint: 'Choose another directory for prepared data.',
    });
  }
}

async function writeImages(
  path: string,
  { storedSize, items }: PackedContent,
  fill: (write: WriteImage) => Promise<void>,
): Promise<void> {
  const length = storedSize * storedSize * 3;
  const written = new Uint8Array(items.length);
  const file = await open(path, 'wx');
  try {
    await fill(async (item, pixels) => {
      assert(pixels.length === length, `image ${item} has ${pixels.length} bytes, not ${length}`);
      assert(written[item] === 0, `image ${item} of ${items.length} cannot be written (twice?)`);
      written[item] = 1;
      writeFully(file, pixels, item * length);
    });
    const missing = written.indexOf(0);
    assert(missing < 0, `image ${missing} was not written`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Writes a few kilobytes into the system's buffers. A synchronous write is faster than using a thread. */
function writeFully({ fd }: FileHandle, bytes: Uint8Array, position: number): void {
  for (let offset = 0; offset < bytes.length; ) {
    offset += writeSync(fd, bytes, offset, bytes.length - offset, position + offset);
  }
}

async function writeFlushed(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The content of `captions.txt`. */
export function captionText(captions: readonly (readonly string[])[]): string {
  return captions
    .flat()
    .map((caption) => `${caption}\n`)
    .join('');
}

async function describe(directory: string, content: PackedContent): Promise<Manifest> {
  const fileEntry = async (name: ManifestFile) => {
    const path = join(directory, name);
    return [name, { bytes: (await stat(path)).size, sha256: await hashFile(path) }] as const;
  };
  const { name, storedSize, classNames, classDisjoint, sources, copyOf, items } = content;
  const manifest = {
    format: 't2i-dataset' as const,
    formatVersion: FORMAT_VERSION as typeof FORMAT_VERSION,
    name,
    storedSize,
    classNames,
    classDisjoint,
    counts: countItems(items),
    files: Object.fromEntries(await Promise.all(Object.values(PACKED_FILES).map(fileEntry))) as Manifest['files'],
    sources,
    ...(copyOf !== undefined && { copyOf }),
  };
  return { ...manifest, fingerprint: sha256(fingerprintText(manifest)) };
}

const isSystemError = (error: unknown) =>
  error instanceof Error && !T2iError.isInstance(error) && typeof (error as NodeJS.ErrnoException).syscall === 'string';
