/**
 * The safetensors format: an 8-byte little-endian header length, a JSON header, raw little-endian tensors.
 * Matches https://github.com/huggingface/safetensors (format section of its README). The reader trusts no byte.
 */

import {
  assert,
  assertShape,
  CheckpointError,
  type Dtype,
  type NamedTensor,
  type StateDict,
  sizeOf,
  type TensorData,
} from '@t2i/core';
import { concatenate } from '../bytes.ts';
import { emptyRecord } from '../empty-record.ts';
import { ELEMENT_BYTES, MAX_HEADER_LENGTH, RESERVED_NAME, readHeaderEntries, type TensorPlace } from './header.ts';

const HEADER_ALIGNMENT = 8; // so that typed arrays can view the tensors in place

type ArrayConstructor = new (buffer: ArrayBuffer, byteOffset: number, length: number) => TensorData;

const ARRAYS: Record<Dtype, ArrayConstructor> = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: Float64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U64: Float64Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};

/** 64-bit integers are converted to numbers, because JavaScript handles them only as bigints, which nothing here accepts. */
const WHOLE_64 = new Map<Dtype, BigInt64ArrayConstructor | BigUint64ArrayConstructor>([
  ['I64', BigInt64Array],
  ['U64', BigUint64Array],
]);

/**
 * One file as a list of byte chunks, header first. Only numbers of type I64 and U64 are copied.
 * Tensors are stored widest type first, then by name, so that each starts at a multiple of its element size.
 */
export function safetensorsChunks(state: StateDict): Uint8Array[] {
  const tensors = Object.entries(state.tensors).sort(
    ([nameA, a], [nameB, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || (nameA < nameB ? -1 : 1),
  );
  const header = emptyRecord<unknown>();
  header[RESERVED_NAME] = state.metadata;
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    assert(name !== RESERVED_NAME, `a tensor is called ${RESERVED_NAME}, the one name that the format reserves`);
    assertShape(`tensor ${name}`, data, shape);
    assert(data.BYTES_PER_ELEMENT === ELEMENT_BYTES.get(dtype), `tensor ${name} is held as another type than ${dtype}`);
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    chunks.push(bytesOf(dtype, data));
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const prefix = new Uint8Array(8 + json.length + (-json.length & (HEADER_ALIGNMENT - 1))).fill(0x20);
  assert(prefix.length - 8 <= MAX_HEADER_LENGTH, `the names and shapes of ${tensors.length} tensors fill a header`);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(prefix.length - 8), true);
  prefix.set(json, 8);
  return [prefix, ...chunks];
}

function bytesOf(dtype: Dtype, data: TensorData): Uint8Array {
  const whole = WHOLE_64.get(dtype);
  if (whole === undefined) return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  const least = dtype === 'I64' ? Number.MIN_SAFE_INTEGER : 0;
  const fits = (data as Float64Array).every((value) => Number.isSafeInteger(value) && value >= least);
  assert(fits, `a tensor of type ${dtype} holds a number that is not one of these`);
  return new Uint8Array(whole.from([...data].map(BigInt)).buffer);
}

/** One file as a single array. */
export function writeSafetensors(state: StateDict): Uint8Array {
  return concatenate(safetensorsChunks(state));
}

/**
 * Reads a whole file. Tensors view `file` where its alignment allows and are copied otherwise.
 * @throws CheckpointError when the file is truncated, breaks a rule of the format, or has a type that is not supported
 */
export function readSafetensors(file: Uint8Array, what = 'safetensors file'): StateDict {
  const { tensors: places, metadata } = readHeaderEntries(file, file.length, what);
  const tensors = emptyRecord<NamedTensor>();
  for (const [name, place] of places) {
    const whole = WHOLE_64.get(place.dtype);
    tensors[name] = whole === undefined ? readTensor(file, place) : readWhole64(file, place, new whole(1), what);
  }
  return { tensors, metadata };
}

/** @param cell holds one number of the type */
function readWhole64(
  file: Uint8Array,
  { dtype, shape, begin, end }: TensorPlace,
  cell: BigInt64Array | BigUint64Array,
  what: string,
): NamedTensor {
  const bytes = new Uint8Array(cell.buffer);
  const data = new Float64Array((end - begin) / 8);
  for (let i = 0; i < data.length; i++) {
    bytes.set(file.subarray(begin + 8 * i, begin + 8 * i + 8));
    data[i] = Number(cell[0]);
    if (Number.isSafeInteger(data[i])) continue;
    throw new CheckpointError(`The ${what} cannot be read: it holds the number ${cell[0]} of type ${dtype}.`, {
      hint: 'Numbers beyond 2^53 are not supported. Store the tensor as F64 or in smaller parts.',
    });
  }
  return { dtype, shape, data };
}

function readTensor(file: Uint8Array, { dtype, shape, begin, end }: TensorPlace): NamedTensor {
  const array = ARRAYS[dtype];
  const position = file.byteOffset + begin;
  const aligned = position % ELEMENT_BYTES.get(dtype)! === 0 && file.buffer instanceof ArrayBuffer;
  const data = aligned
    ? new array(file.buffer as ArrayBuffer, position, sizeOf(shape))
    : new array(new Uint8Array(file.subarray(begin, end)).buffer, 0, sizeOf(shape)); // a copy: the slice of a Node Buffer is none
  return { dtype, shape, data };
}
