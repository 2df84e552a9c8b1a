/** Tensors that view a storage by strides, as NumPy, Torch7 and PyTorch save them, made contiguous. */

import { type Dtype, type NamedTensor, sizeOf, type TensorData } from '@t2i/core';
import { viewOf } from './bytes.ts';
import { MalformedError } from './malformed-error.ts';

/** As many as NumPy and PyTorch allow. */
export const MAX_DIMENSIONS = 64;
/** A view may repeat elements (a stride of 0). More elements than the storage has are allowed up to here. */
const MAX_REPEATED_ELEMENTS = 2 ** 24;

/** A view of a storage; all numbers count elements, not bytes. */
export interface StridedView {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

interface ElementType {
  readonly bytes: number;
  readonly array: new (lengthOrBuffer: number | ArrayBuffer) => TensorData;
  read(view: DataView, at: number, littleEndian: boolean): number;
}

/** How elements are stored. 64-bit integers become numbers, because JavaScript handles them only as bigints. */
export const ELEMENTS: Readonly<Record<Dtype, ElementType>> = {
  F64: { bytes: 8, array: Float64Array, read: (v, at, le) => v.getFloat64(at, le) },
  F32: { bytes: 4, array: Float32Array, read: (v, at, le) => v.getFloat32(at, le) },
  F16: { bytes: 2, array: Uint16Array, read: (v, at, le) => v.getUint16(at, le) },
  BF16: { bytes: 2, array: Uint16Array, read: (v, at, le) => v.getUint16(at, le) },
  I64: { bytes: 8, array: Float64Array, read: (v, at, le) => exact(v.getBigInt64(at, le)) },
  I32: { bytes: 4, array: Int32Array, read: (v, at, le) => v.getInt32(at, le) },
  I16: { bytes: 2, array: Int16Array, read: (v, at, le) => v.getInt16(at, le) },
  I8: { bytes: 1, array: Int8Array, read: (v, at) => v.getInt8(at) },
  U64: { bytes: 8, array: Float64Array, read: (v, at, le) => exact(v.getBigUint64(at, le)) },
  U32: { bytes: 4, array: Uint32Array, read: (v, at, le) => v.getUint32(at, le) },
  U16: { bytes: 2, array: Uint16Array, read: (v, at, le) => v.getUint16(at, le) },
  U8: { bytes: 1, array: Uint8Array, read: (v, at) => v.getUint8(at) },
  BOOL: { bytes: 1, array: Uint8Array, read: (v, at) => v.getUint8(at) },
};

function exact(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new MalformedError(`it holds the number ${value}, which would be rounded`, 'Store such numbers as float64.');
}

const WIDE_INTEGERS: ReadonlySet<Dtype> = new Set(['I64', 'U64']);

/** Whether the elements lie in the order of the shape, without holes. Strides of dimensions of one element do not matter. */
function isRowMajor({ shape, strides }: StridedView): boolean {
  const contiguous = rowMajor(shape);
  return shape.every((dim, axis) => dim <= 1 || strides[axis] === contiguous[axis]);
}

/** The strides of a contiguous array, the last dimension fastest. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/**
 * The elements that a view needs, `[begin, end)` in the storage.
 * @param storageLength elements of the storage
 * @throws MalformedError if the view leaves the storage, has no valid shape, or repeats elements beyond the limit
 */
export function extentOf({ shape, strides, offset }: StridedView, storageLength: number): [begin: number, end: number] {
  const counts = [...shape, ...strides, offset];
  if (shape.length > MAX_DIMENSIONS || shape.length !== strides.length || !counts.every(isCount)) {
    throw new MalformedError(`a tensor has the shape [${shown(shape)}] and strides [${shown(strides)}]`);
  }
  const length = sizeOf(shape);
  if (length === 0) return [0, 0];
  const end = offset + 1 + shape.reduce((sum, dim, axis) => sum + (dim - 1) * strides[axis]!, 0);
  if (end > storageLength) {
    throw new MalformedError(
      `a tensor of shape [${shown(shape)}] needs ${end} elements, its storage has ${storageLength}`,
    );
  }
  if (length > storageLength && length > MAX_REPEATED_ELEMENTS) {
    throw new MalformedError(
      `a tensor of shape [${shown(shape)}] repeats the ${storageLength} elements of its storage`,
    );
  }
  return [offset, end];
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;
const shown = (values: readonly number[]) => values.slice(0, 8).join(', ') + (values.length > 8 ? ', …' : '');

/**
 * A copy of the elements of a view in the order of its shape.
 * @param bytes the storage, or the part of it that begins at element `bytesBegin`
 * @throws MalformedError as `extentOf`, and for integers beyond 2⁵³
 */
export function gather(
  dtype: Dtype,
  view: StridedView,
  bytes: Uint8Array,
  { littleEndian = true, bytesBegin = 0 }: { readonly littleEndian?: boolean; readonly bytesBegin?: number } = {},
): NamedTensor {
  const { bytes: width, array, read } = ELEMENTS[dtype];
  extentOf(view, bytesBegin + Math.floor(bytes.length / width));
  const { shape, strides, offset } = view;
  if (littleEndian && !WIDE_INTEGERS.has(dtype) && isRowMajor(view)) {
    const begin = (offset - bytesBegin) * width;
    const copy = new Uint8Array(bytes.subarray(begin, begin + sizeOf(shape) * width)); // `slice` of a Node Buffer copies nothing
    return { dtype, shape, data: new array(copy.buffer) };
  }
  const data = new array(sizeOf(shape));
  const from = viewOf(bytes);
  const index = new Array<number>(shape.length).fill(0);
  let at = offset - bytesBegin;
  for (let i = 0; i < data.length; i++) {
    data[i] = read(from, at * width, littleEndian);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return { dtype, shape, data };
}
