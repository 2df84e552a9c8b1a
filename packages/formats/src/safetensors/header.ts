/**
 * Reads the header of a safetensors file: names, types, shapes and positions of its tensors, as JSON.
 * It trusts no byte and enforces the rules of the format's README (https://github.com/huggingface/safetensors): the
 * header begins with `{`, no key occurs twice, metadata is text, and the tensors cover the rest of the file
 * without holes and overlaps.
 */

import { CheckpointError, type Dtype, errorMessage } from '@t2i/core';
import { emptyRecord } from '../empty-record.ts';
import { MalformedError } from '../malformed-error.ts';
import { parseStrictJson, type StrictJson } from './strict-json.ts';

/** The limit of the official reader. */
export const MAX_HEADER_LENGTH = 100_000_000;
/** As many as NumPy and PyTorch allow. */
const MAX_DIMENSIONS = 64;
const OPENING_BRACE = 0x7b;
/** The key of the metadata, which no tensor may have. */
export const RESERVED_NAME = '__metadata__';

/** The supported types, with the bytes per element. */
export const ELEMENT_BYTES: ReadonlyMap<Dtype, number> = new Map([
  ['F64', 8],
  ['F32', 4],
  ['F16', 2],
  ['BF16', 2],
  ['I64', 8],
  ['I32', 4],
  ['I16', 2],
  ['I8', 1],
  ['U64', 8],
  ['U32', 4],
  ['U16', 2],
  ['U8', 1],
  ['BOOL', 1],
]);

/** Types of the format without a JavaScript array. Such a file is valid, but this reader cannot read it. */
const UNSUPPORTED = new Set('C64 F8_E4M3 F8_E4M3FNUZ F8_E5M2 F8_E5M2FNUZ F8_E8M0 F6_E2M3 F6_E3M2 F4'.split(' '));

/** The content of a header. The records have no prototype, so every name is only a name. */
export interface SafetensorsHeader {
  /** The position of each tensor, in bytes from the beginning of the file. */
  readonly tensors: Readonly<Record<string, TensorPlace>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface TensorPlace {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A valid file with a type that has no JavaScript array. */
class UnsupportedTypeError extends MalformedError {
  constructor(problem: string) {
    super(problem, 'Convert the tensor to F32 with the program that wrote the file.');
  }
}

/**
 * Reads only the header, for files of which only parts are needed.
 * @param head at least the header, from the beginning of the file
 * @param size of the whole file, in bytes
 * @throws CheckpointError when the file is truncated, breaks a rule of the format, or has a type that is not supported
 */
export function readSafetensorsHeader(head: Uint8Array, size: number, what = 'safetensors file'): SafetensorsHeader {
  const { tensors: entries, metadata } = readHeaderEntries(head, size, what);
  const tensors = emptyRecord<TensorPlace>();
  for (const [name, place] of entries) tensors[name] = place;
  return { tensors, metadata };
}

/** The same as lists: a file may name a million tensors, and records with so many names are slow. */
export interface HeaderEntries {
  readonly tensors: readonly (readonly [name: string, TensorPlace])[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** @throws CheckpointError as `readSafetensorsHeader` */
export function readHeaderEntries(head: Uint8Array, size: number, what: string): HeaderEntries {
  try {
    return readEntries(head, size);
  } catch (cause) {
    if (!(cause instanceof MalformedError)) throw cause;
    const { message, hint } = cause;
    const verdict = cause instanceof UnsupportedTypeError ? 'cannot be read' : 'is damaged';
    throw new CheckpointError(`The ${what} ${verdict}: ${message}.`, { hint, cause });
  }
}

function readEntries(head: Uint8Array, size: number): HeaderEntries {
  if (head.length < 8) throw new MalformedError(`it has ${size} bytes, a header needs 8`);
  const length = Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_HEADER_LENGTH) throw new MalformedError(`its header claims ${length} bytes`);
  const start = 8 + length;
  if (start > head.length) throw new MalformedError(`its header claims ${length} bytes, the file has ${size}`);

  const tensors: [string, TensorPlace][] = [];
  const header = parseHeader(head.subarray(8, start));
  for (const [name, entry] of header) {
    if (name !== RESERVED_NAME) tensors.push([name, placeOf(shown(name), entry, start, size)]);
  }
  assertCovered(tensors, start, size);
  return { tensors, metadata: metadataOf(header.get(RESERVED_NAME)) };
}

function parseHeader(bytes: Uint8Array): Map<string, StrictJson> {
  if (bytes[0] !== OPENING_BRACE) throw new MalformedError('its header is not an object: it does not begin with {');
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return parseStrictJson(text) as Map<string, StrictJson>;
  } catch (cause) {
    throw new MalformedError(`its header is not JSON that the format allows (${errorMessage(cause)})`);
  }
}

function metadataOf(entry: StrictJson | undefined): Readonly<Record<string, string>> {
  const metadata = emptyRecord<string>();
  if (entry === undefined || entry === null) return metadata; // the official reader treats null as absent
  if (!(entry instanceof Map)) throw new MalformedError('its metadata are not an object');
  for (const [key, value] of entry) {
    if (typeof value !== 'string') throw new MalformedError(`its metadata ${shown(key)} is not text`);
    metadata[key] = value;
  }
  return metadata;
}

function placeOf(name: string, entry: StrictJson, start: number, size: number): TensorPlace {
  if (!(entry instanceof Map)) throw new MalformedError(`tensor ${name} is not described by an object`);
  const [dtype, shape, offsets] = ['dtype', 'shape', 'data_offsets'].map((key) => entry.get(key));
  const elementBytes = ELEMENT_BYTES.get(dtype as Dtype);
  if (elementBytes === undefined) throw typeError(name, dtype);
  if (!isCounts(shape) || shape.length > MAX_DIMENSIONS) throw new MalformedError(`tensor ${name} has no valid shape`);
  if (!isCounts(offsets) || offsets.length !== 2) throw new MalformedError(`tensor ${name} has no valid offsets`);
  const [begin, end] = [start + offsets[0]!, start + offsets[1]!];
  const length = shape.reduce((product, dim) => product * dim, 1);
  if (end - begin !== length * elementBytes) {
    throw new MalformedError(`tensor ${name} has ${end - begin} bytes for ${length} elements of ${String(dtype)}`);
  }
  if (end > size) throw new MalformedError(`tensor ${name} ends at byte ${end}, the file has ${size}`);
  return { dtype: dtype as Dtype, shape, begin, end };
}

function typeError(name: string, dtype: StrictJson | undefined): MalformedError {
  if (typeof dtype !== 'string') return new MalformedError(`tensor ${name} has no type`);
  if (!UNSUPPORTED.has(dtype)) return new MalformedError(`tensor ${name} has the unknown type ${shown(dtype)}`);
  return new UnsupportedTypeError(`dtype ${dtype} is not supported (tensor ${name})`);
}

function isCounts(values: StrictJson | undefined): values is number[] {
  return Array.isArray(values) && values.every((value) => Number.isSafeInteger(value));
}

/** Every byte after the header must belong to exactly one tensor: no hidden data, no overlaps. */
function assertCovered(tensors: HeaderEntries['tensors'], start: number, size: number): void {
  let covered = start;
  for (const [name, { begin, end }] of [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered) throw new MalformedError(`tensor ${shown(name)} overlaps the one before it`);
    if (begin > covered)
      throw new MalformedError(`${begin - covered} bytes before tensor ${shown(name)} belong to none`);
    covered = end;
  }
  if (covered !== size) throw new MalformedError(`${size - covered} bytes at its end belong to no tensor`);
}

/** A printable form of a name: an ordinary name as it is, any other name quoted and shortened. */
function shown(name: string): string {
  return /^[\w.:/ -]{1,100}$/.test(name) ? name : JSON.stringify(name.slice(0, 100));
}
