/**
 * Reads the header blocks of a tar archive: POSIX ustar and pax (IEEE Std 1003.1, "pax interchange format"), and the extensions of
 * GNU tar (its manual, "Basic Tar Format" and "Storing Sparse Files").
 */

import { MalformedError } from '../malformed-error.ts';

export const BLOCK_LENGTH = 512;

/** One header block. */
export interface TarHeader {
  readonly name: string;
  readonly linkName: string;
  readonly size: number;
  /** One character; NUL for files from before POSIX. */
  readonly type: string;
  /** Whether an old GNU sparse map continues in further blocks. */
  readonly hasMoreMap: boolean;
}

/** Values of pax records and GNU long names that override the next header. */
export interface Overrides {
  readonly name?: string | undefined;
  readonly linkName?: string | undefined;
  readonly size?: number | undefined;
  /** Whether the body is not the complete file: it contains only the parts between holes, or the part that fits on one tape. */
  readonly storage?: 'a sparse file' | 'one volume of several' | undefined;
}

const SIZE = { begin: 124, length: 12 };
const CHECKSUM = { begin: 148, length: 8 };
const SPACE = 0x20;
const MORE_MAP_IN_HEADER = 482;
const MORE_MAP_IN_MAP = 504;

const SPARSE_RECORD = /^GNU\.sparse\.|^SCHILY\.realsize$|^SUN\.holesdata$/;
const VOLUME_RECORD = 'GNU.volume.offset';

const decoder = new TextDecoder();

export const isZeroBlock = (block: Uint8Array) => block.every((byte) => byte === 0);

/** Whether the checksum of a block is correct. Some old programs added the bytes as signed numbers, and GNU tar accepts that. */
export function hasValidChecksum(block: Uint8Array): boolean {
  let [unsigned, signed] = [0, 0];
  for (const [i, byte] of block.entries()) {
    const counted = i >= CHECKSUM.begin && i < CHECKSUM.begin + CHECKSUM.length ? SPACE : byte;
    unsigned += counted;
    signed += counted < 128 ? counted : counted - 256;
  }
  const stored = octal(block, CHECKSUM.begin, CHECKSUM.length);
  return stored === unsigned || stored === signed;
}

/** @throws MalformedError if the block is not a header */
export function parseTarHeader(block: Uint8Array): TarHeader {
  if (!hasValidChecksum(block)) throw new MalformedError('a header has a wrong checksum');
  const name = text(block, 0, 100);
  const isPosix = text(block, 257, 6) === 'ustar'; // GNU has a space after it, and other fields instead of the prefix
  const prefix = isPosix ? text(block, 345, 155) : '';
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkName: text(block, 157, 100),
    size: sizeOf(block),
    type: String.fromCharCode(block[156]!),
    hasMoreMap: block[MORE_MAP_IN_HEADER] === 1,
  };
}

/** Whether another block of an old GNU sparse map follows this one. */
export const hasMoreMap = (map: Uint8Array) => map[MORE_MAP_IN_MAP] === 1;

/** The name from the body of a GNU long name. */
export const longName = (body: Uint8Array) => text(body, 0, body.length);

/**
 * The records of a pax header: `length key=value\n`, where the decimal length covers the whole record.
 * @throws MalformedError if they are damaged
 */
export function parsePax(body: Uint8Array): Overrides {
  const records = new Map<string, string>();
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(SPACE, at);
    const digits = decoder.decode(body.subarray(at, Math.max(space, at)));
    const end = at + Number(digits);
    const record = /^\d{1,9}$/.test(digits) && end <= body.length ? decoder.decode(body.subarray(space + 1, end)) : '';
    const equals = record.indexOf('=');
    if (equals < 1 || !record.endsWith('\n')) throw new MalformedError('a pax header is damaged');
    records.set(record.slice(0, equals), record.slice(equals + 1, -1));
    at = end;
  }
  const keys = [...records.keys()];
  return {
    // an empty value cancels the value of a global header
    name: (records.get('GNU.sparse.name') ?? records.get('path')) || undefined,
    linkName: records.get('linkpath') || undefined,
    size: paxSize(records.get('size')),
    storage: keys.some((key) => SPARSE_RECORD.test(key))
      ? 'a sparse file'
      : records.has(VOLUME_RECORD)
        ? 'one volume of several'
        : undefined,
  };
}

function paxSize(value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  if (!/^\d{1,15}$/.test(value))
    throw new MalformedError(`a pax header has the size ${JSON.stringify(value.slice(0, 40))}`);
  return Number(value);
}

/** Octal digits, or a binary number if the first bit is set (GNU, for sizes from 8 GiB on). */
function sizeOf(block: Uint8Array): number {
  const { begin, length } = SIZE;
  const first = block[begin]!;
  const size =
    (first & 0x80) === 0
      ? octal(block, begin, length)
      : block.subarray(begin + 1, begin + length).reduce((total, byte) => total * 256 + byte, first & 0x7f);
  if (!Number.isSafeInteger(size)) throw new MalformedError('a header has no valid size');
  return size;
}

/** NaN if there are characters other than octal digits between spaces. */
function octal(block: Uint8Array, begin: number, length: number): number {
  const digits = text(block, begin, length).trim();
  if (digits === '') return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

/** Bytes up to the first NUL. */
function text(block: Uint8Array, begin: number, length: number): string {
  const field = block.subarray(begin, begin + length);
  const end = field.indexOf(0);
  return decoder.decode(end < 0 ? field : field.subarray(0, end));
}
