/**
 * The safetensors format: an 8-byte little-endian header length, a JSON header, raw little-endian tensors.
 * Matches https://github.com/huggingface/safetensors (format section of its README). The reader distrusts its bytes.
 */

import { CheckpointError } from './errors.ts';
import { assertShape, sizeOf } from './shape.ts';
import type { Dtype, NamedTensor, StateDict, TensorData } from './state-dict.ts';

const MAX_HEADER_LENGTH = 25_000_000; // a header is names and shapes: 25 MB is far beyond any model
const MAX_DIMENSIONS = 8;
const HEADER_ALIGNMENT = 8; // so that typed arrays can view the tensors in place

type ArrayConstructor = new (buffer: ArrayBuffer, byteOffset: number, length: number) => TensorData;

const ARRAYS: Record<Dtype, ArrayConstructor & { BYTES_PER_ELEMENT: number }> = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  U8: Uint8Array,
  F16: Uint16Array,
};

interface HeaderEntry {
  dtype: Dtype;
  shape: readonly number[];
  data_offsets: [number, number];
}

/**
 * One file as a list of byte chunks, header first; nothing is copied.
 * Tensors are stored widest type first, then by name, so that each starts at a multiple of its element size.
 */
export function safetensorsChunks(state: StateDict): Uint8Array[] {
  const tensors = Object.entries(state.tensors).sort(
    ([nameA, a], [nameB, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || (nameA < nameB ? -1 : 1),
  );
  const header: Record<string, unknown> = { __metadata__: state.metadata };
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    assertShape(`tensor ${name}`, data, shape);
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] } satisfies HeaderEntry;
    chunks.push(new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength));
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const prefix = new Uint8Array(8 + json.length + (-json.length & (HEADER_ALIGNMENT - 1))).fill(0x20);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(prefix.length - 8), true);
  prefix.set(json, 8);
  return [prefix, ...chunks];
}

/** One file in one piece. */
export function writeSafetensors(state: StateDict): Uint8Array {
  const chunks = safetensorsChunks(state);
  const file = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    file.set(chunk, offset);
    offset += chunk.length;
  }
  return file;
}

/** What a file says of itself. */
export interface SafetensorsHeader {
  /** Where each tensor lies, in bytes from the beginning of the file. */
  readonly tensors: Readonly<Record<string, TensorPlace>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface TensorPlace {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a whole file. Tensors view `file` where its alignment allows and are copied otherwise.
 * @throws CheckpointError when the file is truncated or not safetensors, naming what is wrong
 */
export function readSafetensors(file: Uint8Array, what = 'safetensors file'): StateDict {
  const { tensors: places, metadata } = readSafetensorsHeader(file, file.length, what);
  const tensors = Object.entries(places).map(([name, place]) => [name, readTensor(file, place)] as const);
  return { tensors: Object.fromEntries(tensors), metadata };
}

/**
 * Reads the header alone, for files of which only parts are wanted.
 * @param head at least the header, from the beginning of the file
 * @param size of the whole file, in bytes
 * @throws CheckpointError when the file is truncated or not safetensors, naming what is wrong
 */
export function readSafetensorsHeader(head: Uint8Array, size: number, what = 'safetensors file'): SafetensorsHeader {
  const fail = (problem: string): never => {
    throw new CheckpointError(`The ${what} is damaged: ${problem}.`, { hint: 'Copy or download it again.' });
  };
  if (head.length < 8) fail(`it has ${size} bytes, a header needs 8`);
  const headerLength = Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true));
  if (headerLength > MAX_HEADER_LENGTH) fail(`its header claims ${headerLength} bytes`);
  const start = 8 + headerLength;
  if (start > head.length) fail(`its header claims ${headerLength} bytes, the file has ${size}`);

  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(head.subarray(8, start)));
  } catch {
    fail('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) fail('its header is not an object');

  const tensors: Record<string, TensorPlace> = {};
  const metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header as Record<string, unknown>)) {
    if (name === '__metadata__') Object.assign(metadata, entry);
    else tensors[name] = placeOf(name, entry, start, size, fail);
  }
  return { tensors, metadata };
}

function placeOf(
  name: string,
  entry: unknown,
  start: number,
  size: number,
  fail: (problem: string) => never,
): TensorPlace {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<HeaderEntry>;
  const array = dtype === undefined ? undefined : ARRAYS[dtype];
  if (dtype === undefined || array === undefined) return fail(`tensor ${name} has the unknown type ${String(dtype)}`);
  const isCount = (x: unknown) => Number.isSafeInteger(x) && (x as number) >= 0;
  if (!Array.isArray(shape) || shape.length > MAX_DIMENSIONS || !shape.every(isCount)) {
    return fail(`tensor ${name} has no valid shape`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    return fail(`tensor ${name} has no valid offsets`);
  }
  const [begin, end] = [start + offsets[0], start + offsets[1]];
  const length = sizeOf(shape);
  if (end - begin !== length * array.BYTES_PER_ELEMENT)
    fail(`tensor ${name} has ${end - begin} bytes for ${length} elements`);
  if (end > size) fail(`tensor ${name} ends at byte ${end}, the file has ${size}`);
  return { dtype, shape, begin, end };
}

function readTensor(file: Uint8Array, { dtype, shape, begin, end }: TensorPlace): NamedTensor {
  const array = ARRAYS[dtype];
  const position = file.byteOffset + begin;
  const aligned = position % array.BYTES_PER_ELEMENT === 0 && file.buffer instanceof ArrayBuffer;
  const data = aligned
    ? new array(file.buffer as ArrayBuffer, position, sizeOf(shape))
    : new array(new Uint8Array(file.subarray(begin, end)).buffer, 0, sizeOf(shape)); // a copy: the slice of a Node Buffer is none
  return { dtype, shape, data };
}
