/** One native loop moves the elements of every shape operation: transpose, slice, pad, concat, tile, reverse, … */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import { slice_util, util } from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import { demand } from '../kernel-error.ts';
import type { NativeBackend } from '../native-backend.ts';

/** Strides and offsets count elements; a stride may be 0 (repeat) or negative (reverse). */
export interface CopyAxis {
  readonly size: number;
  readonly inStride: number;
  readonly outStride: number;
}

export interface StridedCopy {
  /** In the order of the output's memory: the last axis has the smallest stride there. */
  readonly axes: readonly CopyAxis[];
  readonly inOffset?: number;
  readonly outOffset?: number;
}

type CopyFunction<T> = (x: T, out: T, plan: Float64Array) => void;
const copyFloats = nativeFunction<CopyFunction<Float32Array>>('copyFloats');
const copyInts = nativeFunction<CopyFunction<Int32Array>>('copyInts');
const copyBytes = nativeFunction<CopyFunction<Uint8Array>>('copyBytes');

/** The element types that these kernels support. */
export type MovableType = 'float32' | 'int32' | 'bool';

export function isMovable(dtype: string): dtype is MovableType {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}

/** A new tensor like `x` except for its shape; its contents are not yet written. */
export function allocateLike(backend: NativeBackend, x: TensorInfo, shape: number[]): TensorInfo {
  return backend.allocate(shape, x.dtype as MovableType);
}

function valuesOf(backend: NativeBackend, x: TensorInfo): Float32Array | Int32Array | Uint8Array {
  if (x.dtype === 'float32') return backend.floats(x);
  return x.dtype === 'int32' ? backend.ints(x) : backend.bytes(x);
}

/** Axes of size 1 are left out, and neighbours with one stride on both sides are joined. */
export function mergeAxes(axes: readonly CopyAxis[]): CopyAxis[] {
  const merged: CopyAxis[] = [];
  for (const axis of axes) {
    if (axis.size === 1) continue;
    const outer = merged.at(-1);
    const joins =
      outer !== undefined &&
      outer.inStride === axis.inStride * axis.size &&
      outer.outStride === axis.outStride * axis.size;
    if (joins) merged[merged.length - 1] = { ...axis, size: outer.size * axis.size };
    else merged.push(axis);
  }
  return merged.length > 0 ? merged : [{ size: 1, inStride: 1, outStride: 1 }];
}

/** Refuses a plan that leaves the `length` elements of its array, before native code runs it. */
function checkWalk(axes: readonly CopyAxis[], stride: 'inStride' | 'outStride', offset: number, length: number): void {
  let first = offset;
  let last = offset;
  for (const axis of axes) {
    const reach = (axis.size - 1) * axis[stride];
    if (reach < 0) first += reach;
    else last += reach;
  }
  const inside = Number.isInteger(offset) && first >= 0 && last < length;
  demand(inside, () => `it would touch the elements from ${first} to ${last} of ${length}`);
}

/** Copies elements of `from` into `to`, two tensors of one {@link MovableType}; the rest of `to` stays unchanged. */
export function copyStrided(backend: NativeBackend, from: TensorInfo, to: TensorInfo, copy: StridedCopy): void {
  if (copy.axes.some(({ size }) => size === 0)) return;
  const axes = mergeAxes(copy.axes);
  checkWalk(axes, 'inStride', copy.inOffset ?? 0, util.sizeFromShape(from.shape));
  checkWalk(axes, 'outStride', copy.outOffset ?? 0, util.sizeFromShape(to.shape));
  const plan = Float64Array.from([
    axes.length,
    copy.inOffset ?? 0,
    copy.outOffset ?? 0,
    ...axes.map(({ size }) => size),
    ...axes.map(({ inStride }) => inStride),
    ...axes.map(({ outStride }) => outStride),
  ]);
  if (from.dtype === 'float32') copyFloats(backend.floats(from), backend.floats(to), plan);
  else if (from.dtype === 'int32') copyInts(backend.ints(from), backend.ints(to), plan);
  else copyBytes(backend.bytes(from), backend.bytes(to), plan);
}

/** The stride of each axis of a contiguous tensor. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** A new contiguous tensor of `shape` read from `x` by `inStrides`. */
export function gatherStrided(
  backend: NativeBackend,
  x: TensorInfo,
  shape: number[],
  inStrides: readonly number[],
  inOffset = 0,
): TensorInfo {
  const out = allocateLike(backend, x, shape);
  const outStrides = stridesOf(shape);
  const axes = shape.map((size, axis) => ({ size, inStride: inStrides[axis]!, outStride: outStrides[axis]! }));
  copyStrided(backend, x, out, { axes, inOffset });
  return out;
}

/** The axes of `x` in the order `permutation`. */
export function transposed(backend: NativeBackend, x: TensorInfo, permutation: readonly number[]): TensorInfo {
  const strides = stridesOf(x.shape);
  return gatherStrided(
    backend,
    x,
    permutation.map((axis) => x.shape[axis]!),
    permutation.map((axis) => strides[axis]!),
  );
}

/** The box of `size` elements at `begin`; one that is contiguous in memory is a view without a copy. */
export function sliced(backend: NativeBackend, x: TensorInfo, begin: number[], size: number[]): TensorInfo {
  if (util.arraysEqual(x.shape, size)) return backend.share(x, size);
  const strides = stridesOf(x.shape);
  const inOffset = begin.reduce((offset, start, axis) => offset + start * strides[axis]!, 0);
  if (!slice_util.isSliceContinous(x.shape, begin, size)) return gatherStrided(backend, x, size, strides, inOffset);
  const values = valuesOf(backend, x).subarray(inOffset, inOffset + util.sizeFromShape(size));
  return backend.makeTensorInfo(size, x.dtype, values);
}
