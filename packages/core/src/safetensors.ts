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

/**
 * Reads a whole file. Tensors view `file` where its alignment allows and are copied otherwise.
 * @throws CheckpointError when the file is truncated or not safetensors, naming what is wrong
 */
export function readSafetensors(file: Uint8Array, what = 'safetensors file'): StateDict {
  const fail = (problem: string): never => {
    throw new CheckpointError(`The ${what} is damaged: ${problem}.`, { hint: 'Copy or download it again.' });
  };
  if (file.length < 8) fail(`it has ${file.length} bytes, a header needs 8`);
  const headerLength = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  if (headerLength > MAX_HEADER_LENGTH) fail(`its header claims ${headerLength} bytes`);
  const start = 8 + headerLength;
  if (start > file.length) fail(`its header claims ${headerLength} bytes, the file has ${file.length}`);

  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, start)));
  } catch {
    fail('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) fail('its header is not an object');

  const tensors: Record<string, NamedTensor> = {};
  const metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header as Record<string, unknown>)) {
    if (name === '__metadata__') Object.assign(metadata, entry);
    else tensors[name] = readTensor(file, start, name, entry, fail);
  }
  return { tensors, metadata };
}

function readTensor(
  file: Uint8Array,
  start: number,
  name: string,
  entry: unknown,
  fail: (problem: string) => never,
): NamedTensor {
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
  const [begin, end] = offsets;
  const length = sizeOf(shape);
  if (end - begin !== length * array.BYTES_PER_ELEMENT)
    fail(`tensor ${name} has ${end - begin} bytes for ${length} elements`);
  if (start + end > file.length) fail(`tensor ${name} ends at byte ${start + end}, the file has ${file.length}`);

  const position = file.byteOffset + start + begin;
  const aligned = position % array.BYTES_PER_ELEMENT === 0 && file.buffer instanceof ArrayBuffer;
  const data = aligned
    ? new array(file.buffer as ArrayBuffer, position, length)
    : new array(file.slice(start + begin, start + end).buffer as ArrayBuffer, 0, length);
  return { dtype, shape, data };
}
