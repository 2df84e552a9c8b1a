/** Unpacks what the addon needs of a Python wheel (a zip file), without Python. */

import { createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { BackendError } from '@t2i/core';

/** A file within the archive, as its directory describes it. */
interface Entry {
  readonly name: string;
  /** Of its own header within the archive. */
  readonly offset: number;
  readonly compressedSize: number;
  readonly isDeflated: boolean;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const FILE = 0x04034b50;

/** Headers that the C interface includes, directly or not, and the libraries; the rest is Python and most of the size. */
const NEEDED =
  /^tensorflow\/(?!.*\.\.\/)(?:include\/(?:tensorflow\/(?:c|core\/platform)|tsl\/platform|xla\/tsl\/c)\/.*\.h|libtensorflow[^/]*\.(?:so|dylib)[^/]*)$/;

/**
 * Writes `include/` and `lib/` into `folder`, as a C distribution has them.
 * @returns the number of files
 * @throws BackendError when it is not a wheel of TensorFlow, or damaged
 */
export async function unpackWheel(wheel: string, folder: string): Promise<number> {
  const file = await open(wheel);
  try {
    const entries = (await readDirectory(file, wheel)).filter(({ name }) => NEEDED.test(name));
    if (entries.length === 0) throw damaged(wheel, 'it holds no headers or libraries of TensorFlow');
    for (const entry of entries) {
      const path = entry.name.replace(/^tensorflow\//, '').replace(/^(?=lib)/, 'lib/');
      await extract(file, wheel, entry, join(folder, path));
    }
    return entries.length;
  } finally {
    await file.close();
  }
}

function damaged(wheel: string, what: string, cause?: unknown): BackendError {
  return new BackendError(`${wheel} cannot be used: ${what}.`, {
    hint: 'Download it again: pip download tensorflow-cpu --no-deps',
    cause,
  });
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** The directory lies before the end record, which lies within the last 64 KiB. */
async function readDirectory(file: FileHandle, wheel: string): Promise<Entry[]> {
  const { size } = await file.stat();
  const length = Math.min(size, 22 + 0xffff);
  const tail = await readAt(file, size - length, length);
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
  if (end < 0) throw damaged(wheel, 'it is not a zip file');
  const directory = await readAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const entries: Entry[] = [];
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === ENTRY; ) {
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      offset: directory.readUInt32LE(at + 42),
      compressedSize: directory.readUInt32LE(at + 20),
      isDeflated: directory.readUInt16LE(at + 10) === 8,
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  if (entries.length !== tail.readUInt16LE(end + 10)) throw damaged(wheel, 'its directory is damaged');
  return entries;
}

async function extract(file: FileHandle, wheel: string, entry: Entry, path: string): Promise<void> {
  const header = await readAt(file, entry.offset, 30);
  if (header.length < 30 || header.readUInt32LE(0) !== FILE) throw damaged(wheel, `${entry.name} is not where it says`);
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  await mkdir(dirname(path), { recursive: true });
  const compressed = Readable.from(piecesOf(file, start, start + entry.compressedSize));
  const target = createWriteStream(path);
  try {
    if (entry.isDeflated) await pipeline(compressed, createInflateRaw(), target);
    else await pipeline(compressed, target);
  } catch (cause) {
    throw damaged(wheel, `${entry.name} does not unpack`, cause);
  }
}

const PIECE = 1 << 20;

async function* piecesOf(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; at += PIECE) yield await readAt(file, at, Math.min(PIECE, end - at));
}
