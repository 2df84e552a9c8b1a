/**
 * Reads the weights of a `.caffemodel`: the few fields of Caffe's `NetParameter` (caffe.proto) that hold names and blobs,
 * in both forms, `layer` (field 100) and the older `layers` (field 2).
 */

import { CheckpointError, sizeOf } from '@t2i/core';

export interface CaffeTensor {
  /** As Caffe has it: convolutions [out, in, height, width], inner products [out, in], biases [out]. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** More weights than any network of that time had; a damaged length must not fill the memory. */
const MAX_ELEMENTS = 2 ** 28;
/** As in Caffe (`kMaxBlobAxes`). */
const MAX_DIMENSIONS = 32;

/** @throws CheckpointError when the bytes are no Caffe model, or a truncated one */
export function readCaffeModel(file: Uint8Array): { readonly tensors: Readonly<Record<string, CaffeTensor>> } {
  const tensors: Record<string, CaffeTensor> = {};
  for (const { field, bytes } of messages(file)) {
    if (field !== 100 && field !== 2) continue;
    const layer = readLayer(bytes, field === 100 ? { name: 1, blobs: 7 } : { name: 4, blobs: 6 });
    layer.blobs.forEach((blob, k) => {
      const name = `${layer.name}/${['weight', 'bias'][k] ?? k}`;
      if (Object.hasOwn(tensors, name)) fail(`it holds ${JSON.stringify(name.slice(0, 100))} twice`);
      tensors[name] = blob;
    });
  }
  if (Object.keys(tensors).length === 0) fail('it holds no weights');
  return { tensors };
}

function readLayer(bytes: Uint8Array, fields: { readonly name: number; readonly blobs: number }) {
  let name = '';
  const blobs: CaffeTensor[] = [];
  for (const { field, bytes: value } of messages(bytes)) {
    if (field === fields.name) name = new TextDecoder().decode(value);
    else if (field === fields.blobs) blobs.push(readBlob(value));
  }
  return { name, blobs };
}

/** `BlobProto`: shape (7) or num, channels, height, width (1 … 4), and packed or single floats (5). */
function readBlob(bytes: Uint8Array): CaffeTensor {
  const legacy = [1, 1, 1, 1];
  let shape: number[] | undefined;
  let length = 0;
  for (const { field, bytes: value, number } of messages(bytes)) {
    if (field >= 1 && field <= 4) legacy[field - 1] = number;
    else if (field === 5) length += value.length / 4;
    else if (field === 7) shape = readShape(value);
  }
  shape ??= withoutLeadingOnes(legacy);
  if (shape.length > MAX_DIMENSIONS) fail(`a blob has ${shape.length} dimensions`);
  if (!Number.isInteger(length) || length > MAX_ELEMENTS || sizeOf(shape) !== length) {
    fail(`a blob of shape [${shape.join(', ')}] has ${length} numbers`);
  }
  const data = new Float32Array(length);
  const target = new Uint8Array(data.buffer); // both sides are little-endian
  let offset = 0;
  for (const { field, bytes: value } of messages(bytes)) {
    if (field !== 5) continue; // floats that stand alone are too many to keep a list of
    target.set(value, offset);
    offset += value.length;
  }
  return { shape, data };
}

/** `BlobShape`: packed or single varints. */
function readShape(bytes: Uint8Array): number[] {
  const dims: number[] = [];
  for (const { field, bytes: value, number, packed } of messages(bytes)) {
    if (field !== 1) continue;
    if (!packed) dims.push(number);
    else for (let at = 0; at < value.length; ) [dims[dims.length], at] = varint(value, at) as [number, number];
  }
  return dims;
}

/** The old form has four dimensions always: [1, 1, 1, 64] is a bias, [1, 1, 1000, 1024] an inner product. */
function withoutLeadingOnes(dims: readonly number[]): number[] {
  if (dims[0] !== 1 || dims[1] !== 1) return [...dims];
  return dims[2] === 1 ? dims.slice(3) : dims.slice(2);
}

interface Field {
  readonly field: number;
  /** Of a length-delimited or fixed-size value. */
  readonly bytes: Uint8Array;
  /** Of a varint. */
  readonly number: number;
  readonly packed: boolean;
}

const NOTHING = new Uint8Array();

/** The fields of a protobuf message, in order. */
function* messages(bytes: Uint8Array): Generator<Field> {
  for (let at = 0; at < bytes.length; ) {
    let key: number;
    [key, at] = varint(bytes, at);
    const field = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === 0) {
      const [number, next] = varint(bytes, at);
      at = next;
      yield { field, bytes: NOTHING, number, packed: false };
      continue;
    }
    let length: number;
    if (wire === 2) [length, at] = varint(bytes, at);
    else if (wire === 1 || wire === 5) length = wire === 1 ? 8 : 4;
    else return fail(`it has a field of wire type ${wire}`);
    if (at + length > bytes.length) fail(`a field of ${length} bytes ends after the file`);
    yield { field, bytes: bytes.subarray(at, at + length), number: 0, packed: wire === 2 };
    at += length;
  }
}

function varint(bytes: Uint8Array, start: number): readonly [value: number, next: number] {
  let value = 0;
  for (let k = 0; k < 10; k++) {
    const byte = bytes[start + k];
    if (byte === undefined) return fail('it ends within a number');
    value += (byte & 0x7f) * 2 ** (7 * k);
    if (byte < 0x80) return [value, start + k + 1];
  }
  return fail('a number in it has more than 64 bits');
}

function fail(problem: string): never {
  throw new CheckpointError(`The Caffe model is damaged: ${problem}.`, { hint: 'Copy or download it again.' });
}
