/**
 * Reads zip archives by ranges (PKWARE's APPNOTE 6.3.10): the directory first, then the requested files. Supports stored and deflated
 * files and Zip64. Names are only names: nothing is written to disk.
 */

import { errorMessage } from '@t2i/core';
import { type ByteSource, readRange } from '../byte-source.ts';
import { viewOf } from '../bytes.ts';
import { crc32 } from '../crc32.ts';
import { inflate } from '../inflate.ts';
import { MalformedError } from '../malformed-error.ts';

/** Most files of an archive. The largest models have some ten thousand tensors. */
const MAX_ENTRIES = 2 ** 17;
/** Most bytes of the directory. */
const MAX_DIRECTORY_BYTES = 64 * 2 ** 20;

const LOCAL_HEADER = { signature: 0x04034b50, length: 30 };
const DIRECTORY_ENTRY = { signature: 0x02014b50, length: 46 };
const END = { signature: 0x06054b50, length: 22 };
const END_64 = { signature: 0x06064b50, length: 56 };
const LOCATOR_64 = { signature: 0x07064b50, length: 20 };
const MAX_COMMENT_BYTES = 0xffff;

const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED_FLAG = 1;
/** A 32-bit field with this value refers to the Zip64 record. */
const IN_ZIP64 = 0xffffffff;
const ZIP64_EXTRA = 1;

export interface ZipEntry {
  readonly name: string;
  /** In bytes, as stored in the archive. */
  readonly compressedSize: number;
  /** In bytes. */
  readonly size: number;
  readonly method: number;
  readonly crc32: number;
  readonly isEncrypted: boolean;
  /** Position of the header before the file's bytes. */
  readonly headerOffset: number;
}

/**
 * The files of an archive by name.
 * @throws MalformedError if it is not a complete zip archive, names a file twice, or exceeds a limit
 */
export async function readZipDirectory(source: ByteSource): Promise<ReadonlyMap<string, ZipEntry>> {
  const { count, begin, end } = await findDirectory(source);
  if (count > MAX_ENTRIES) throw new MalformedError(`it claims ${count} files, more than ${MAX_ENTRIES}`);
  if (end - begin > MAX_DIRECTORY_BYTES) {
    throw new MalformedError(`its directory claims ${end - begin} bytes, more than ${MAX_DIRECTORY_BYTES}`);
  }
  const directory = await readRange(source, begin, end);
  const entries = new Map<string, ZipEntry>();
  for (let at = 0, k = 0; k < count; k++) {
    const [entry, next] = readEntry(directory, at);
    if (entries.has(entry.name)) throw new MalformedError(`it holds ${JSON.stringify(entry.name.slice(0, 100))} twice`);
    entries.set(entry.name, entry);
    at = next;
  }
  return entries;
}

/**
 * The bytes of one file, verified with their checksum.
 * @param maxBytes most bytes of the file
 * @throws MalformedError if it is larger, damaged, encrypted, or compressed with anything but deflate
 */
export async function readZipEntry(source: ByteSource, entry: ZipEntry, maxBytes: number): Promise<Uint8Array> {
  const name = JSON.stringify(entry.name.slice(0, 100));
  if (entry.size > maxBytes) throw new MalformedError(`${name} has ${entry.size} bytes, more than ${maxBytes}`);
  const begin = await dataOffset(source, entry);
  const stored = await readRange(source, begin, begin + entry.compressedSize);
  const bytes = entry.method === DEFLATED ? await inflated(stored, entry.size, name) : stored;
  if (bytes.length !== entry.size || crc32(bytes) !== entry.crc32) {
    throw new MalformedError(`${name} does not match its checksum`);
  }
  return bytes;
}

/**
 * Position of the bytes of a file.
 * @throws MalformedError if the file is encrypted or its header is missing
 */
export async function dataOffset(source: ByteSource, entry: ZipEntry): Promise<number> {
  const name = JSON.stringify(entry.name.slice(0, 100));
  if (entry.isEncrypted) throw new MalformedError(`${name} is encrypted`, 'Save it without a password.');
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    throw new MalformedError(`${name} is compressed by method ${entry.method}`, 'Pack it again with deflate.');
  }
  if (entry.method === STORED && entry.size !== entry.compressedSize) {
    throw new MalformedError(`${name} is stored, with ${entry.compressedSize} of ${entry.size} bytes`);
  }
  const { headerOffset } = entry;
  const header = viewOf(await readRange(source, headerOffset, headerOffset + LOCAL_HEADER.length));
  if (header.getUint32(0, true) !== LOCAL_HEADER.signature) throw new MalformedError(`${name} has no header`);
  return headerOffset + LOCAL_HEADER.length + header.getUint16(26, true) + header.getUint16(28, true);
}

async function inflated(bytes: Uint8Array, size: number, name: string): Promise<Uint8Array> {
  try {
    return await inflate(bytes, 'deflate-raw', size);
  } catch (cause) {
    throw new MalformedError(`${name} does not unpack (${errorMessage(cause)})`);
  }
}

interface Directory {
  readonly count: number;
  readonly begin: number;
  readonly end: number;
}

async function findDirectory(source: ByteSource): Promise<Directory> {
  const tailBegin = Math.max(0, source.size - END.length - MAX_COMMENT_BYTES);
  const tail = await readRange(source, tailBegin, source.size);
  const view = viewOf(tail);
  for (let at = tail.length - END.length; at >= 0; at--) {
    if (view.getUint32(at, true) !== END.signature) continue;
    if (at + END.length + view.getUint16(at + 20, true) !== tail.length) continue;
    const [count, size, begin] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 12, true),
      view.getUint32(at + 16, true),
    ];
    if (count !== 0xffff && size !== IN_ZIP64 && begin !== IN_ZIP64) return { count, begin, end: begin + size };
    return findDirectory64(source, tailBegin + at);
  }
  throw new MalformedError('it is not a zip archive, or its end is missing');
}

async function findDirectory64(source: ByteSource, end: number): Promise<Directory> {
  const locator = viewOf(await readRange(source, end - LOCATOR_64.length, end));
  if (locator.getUint32(0, true) !== LOCATOR_64.signature) throw new MalformedError('its Zip64 record is missing');
  const at = offsetOf(locator, 8);
  const record = viewOf(await readRange(source, at, at + END_64.length));
  if (record.getUint32(0, true) !== END_64.signature) throw new MalformedError('its Zip64 record is missing');
  const [count, size, begin] = [offsetOf(record, 32), offsetOf(record, 40), offsetOf(record, 48)];
  return { count, begin, end: begin + size };
}

function readEntry(directory: Uint8Array, at: number): [entry: ZipEntry, next: number] {
  const fixed = directory.subarray(at, at + DIRECTORY_ENTRY.length);
  const view = viewOf(fixed);
  if (fixed.length < DIRECTORY_ENTRY.length || view.getUint32(0, true) !== DIRECTORY_ENTRY.signature) {
    throw new MalformedError('its directory is damaged');
  }
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.getUint16(offset, true));
  const nameEnd = at + DIRECTORY_ENTRY.length + nameLength!;
  const next = nameEnd + extraLength! + commentLength!;
  if (next > directory.length) throw new MalformedError('its directory is damaged');
  const sizes = {
    size: view.getUint32(24, true),
    compressedSize: view.getUint32(20, true),
    headerOffset: view.getUint32(42, true),
  };
  const entry = {
    name: new TextDecoder().decode(directory.subarray(at + DIRECTORY_ENTRY.length, nameEnd)),
    ...withZip64(sizes, directory.subarray(nameEnd, nameEnd + extraLength!)),
    method: view.getUint16(10, true),
    crc32: view.getUint32(16, true),
    isEncrypted: (view.getUint16(8, true) & ENCRYPTED_FLAG) !== 0,
  };
  return [entry, next];
}

type Sizes = Pick<ZipEntry, 'size' | 'compressedSize' | 'headerOffset'>;

/** The Zip64 record contains only the fields that overflow, in this order. */
function withZip64(sizes: Sizes, extra: Uint8Array): Sizes {
  const full = (['size', 'compressedSize', 'headerOffset'] as const).filter((field) => sizes[field] === IN_ZIP64);
  if (full.length === 0) return sizes;
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== ZIP64_EXTRA) continue;
    if (at + 4 + 8 * full.length > extra.length) break;
    return { ...sizes, ...Object.fromEntries(full.map((field, k) => [field, offsetOf(view, at + 4 + 8 * k)])) };
  }
  throw new MalformedError('its directory is damaged: a Zip64 record is missing');
}

function offsetOf(view: DataView, at: number): number {
  const offset = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(offset)) throw new MalformedError(`it claims the offset or size ${offset}`);
  return offset;
}
