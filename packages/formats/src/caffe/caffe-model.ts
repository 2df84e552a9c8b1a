/**
 * Reads the weights of a `.caffemodel`: the few fields of Caffe's `NetParameter` (caffe.proto) with names and blobs,
 * in both forms, `layer` (field 100) and the older `layers` (field 2).
 */

import { CheckpointError, sizeOf } from '@t2i/core';
import { emptyRecord } from '../empty-record.ts';
import { MalformedError } from '../malformed-error.ts';
import { readFields, readPackedVarints } from '../protobuf/read-fields.ts';

export interface CaffeTensor {
  /** As in Caffe: convolutions [out, in, height, width], inner products [out, in], biases [out]. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** More weights than any network of that time. A damaged length must not fill the memory. */
const MAX_ELEMENTS = 2 ** 28;
/** As in Caffe (`kMaxBlobAxes`). */
const MAX_DIMENSIONS = 32;

/**
 * The weights of a network by name: the layer's name with `/weight`, `/bias`, or the number of the blob.
 * @throws CheckpointError if the bytes are not a complete Caffe model
 */
export function readCaffeModel(file: Uint8Array): { readonly tensors: Readonly<Record<string, CaffeTensor>> } {
  try {
    return readLayers(file);
  } catch (cause) {
    if (!(cause instanceof MalformedError)) throw cause;
    const { message, hint } = cause;
    throw new CheckpointError(`The Caffe model is damaged: ${message}.`, { hint, cause });
  }
}

function readLayers(file: Uint8Array) {
  const tensors = emptyRecord<CaffeTensor>();
  for (const { field, bytes } of readFields(file)) {
    if (field !== 100 && field !== 2) continue;
    const layer = readLayer(bytes, field === 100 ? { name: 1, blobs: 7 } : { name: 4, blobs: 6 });
    layer.blobs.forEach((blob, k) => {
      const name = `${layer.name}/${['weight', 'bias'][k] ?? k}`;
      if (Object.hasOwn(tensors, name))
        throw new MalformedError(`it holds ${JSON.stringify(name.slice(0, 100))} twice`);
      tensors[name] = blob;
    });
  }
  if (Object.keys(tensors).length === 0) throw new MalformedError('it holds no weights');
  return { tensors };
}

function readLayer(bytes: Uint8Array, fields: { readonly name: number; readonly blobs: number }) {
  let name = '';
  const blobs: CaffeTensor[] = [];
  for (const { field, bytes: value } of readFields(bytes)) {
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
  for (const { field, bytes: value, number } of readFields(bytes)) {
    if (field >= 1 && field <= 4) legacy[field - 1] = number;
    else if (field === 5) length += value.length / 4;
    else if (field === 7) shape = readShape(value);
  }
  shape ??= withoutLeadingOnes(legacy);
  if (shape.length > MAX_DIMENSIONS) throw new MalformedError(`a blob has ${shape.length} dimensions`);
  if (!Number.isInteger(length) || length > MAX_ELEMENTS || sizeOf(shape) !== length) {
    throw new MalformedError(`a blob of shape [${shape.join(', ')}] has ${length} numbers`);
  }
  const data = new Float32Array(length);
  const target = new Uint8Array(data.buffer); // both sides are little-endian
  let offset = 0;
  for (const { field, bytes: value } of readFields(bytes)) {
    if (field !== 5) continue; // single floats are too many for a list
    target.set(value, offset);
    offset += value.length;
  }
  return { shape, data };
}

/** `BlobShape`: packed or single varints. */
function readShape(bytes: Uint8Array): number[] {
  const dims: number[] = [];
  for (const { field, bytes: value, number, isDelimited } of readFields(bytes)) {
    if (field !== 1) continue;
    if (isDelimited) for (const dim of readPackedVarints(value)) dims.push(dim);
    else dims.push(number);
  }
  return dims;
}

/** The old form always has four dimensions: [1, 1, 1, 64] is a bias, [1, 1, 1000, 1024] an inner product. */
function withoutLeadingOnes(dims: readonly number[]): number[] {
  if (dims[0] !== 1 || dims[1] !== 1) return [...dims];
  return dims[2] === 1 ? dims.slice(3) : dims.slice(2);
}
