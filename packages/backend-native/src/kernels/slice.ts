/** Taking parts of a tensor: Slice, StridedSlice, SplitV, Unpack, Reverse, GatherV2. */

import type {
  GatherV2Attrs,
  GatherV2Inputs,
  KernelConfig,
  ReverseAttrs,
  ReverseInputs,
  SliceAttrs,
  SliceInputs,
  SplitVAttrs,
  SplitVInputs,
  StridedSliceAttrs,
  StridedSliceInputs,
  TensorInfo,
  UnpackAttrs,
  UnpackInputs,
} from '@tensorflow/tfjs-core';
import {
  backend_util,
  GatherV2,
  Reverse,
  Slice,
  SplitV,
  StridedSlice,
  slice_util,
  Unpack,
  util,
} from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import { callCpuKernel, defineKernel } from '../kernel.ts';
import type { NativeBackend } from '../native-backend.ts';
import { gatherStrided, isMovable, sliced, stridesOf } from './strided-copy.ts';

const sliceKernel = defineKernel<SliceInputs, SliceAttrs>(Slice, (call) => {
  const { inputs, attrs, backend } = call;
  const { x } = inputs;
  if (!isMovable(x.dtype)) return callCpuKernel(Slice, call);
  const [begin, size] = slice_util.parseSliceParams(x, attrs.begin, attrs.size) as [number[], number[]];
  slice_util.assertParamsValid(x, begin, size);
  return sliced(backend, x, begin, size);
});

/** Every `steps[axis]`-th element from `begin` on; a step may be negative. */
function stepped(backend: NativeBackend, x: TensorInfo, shape: number[], begin: number[], steps: number[]): TensorInfo {
  const strides = stridesOf(x.shape);
  const inStrides = steps.map((step, axis) => step * strides[axis]!);
  const inOffset = begin.reduce((offset, start, axis) => offset + start * strides[axis]!, 0);
  return gatherStrided(backend, x, shape, inStrides, inOffset);
}

const stridedSliceKernel = defineKernel<StridedSliceInputs, StridedSliceAttrs>(StridedSlice, (call) => {
  const { inputs, attrs, backend } = call;
  const { x } = inputs;
  if (!isMovable(x.dtype)) return callCpuKernel(StridedSlice, call);
  const { finalShape, isIdentity, begin, end, strides } = slice_util.sliceInfo(
    x.shape,
    attrs.begin,
    attrs.end,
    attrs.strides,
    attrs.beginMask,
    attrs.endMask,
    attrs.ellipsisMask,
    attrs.newAxisMask,
    attrs.shrinkAxisMask,
  );
  if (isIdentity) return backend.share(x, finalShape);
  // tfjs's own finalShapeSparse lacks the axes that shrink, so that its cpu kernel reads wrong elements or none.
  const size = begin.map((first, axis) => Math.max(0, Math.ceil((end[axis]! - first) / strides[axis]!)));
  const part = strides.every((stride) => stride === 1)
    ? sliced(backend, x, begin, size)
    : stepped(backend, x, size, begin, strides);
  const result = backend.share(part, finalShape);
  backend.disposeIntermediateTensorInfo(part);
  return result;
});

const splitKernel = defineKernel<SplitVInputs, SplitVAttrs>(SplitV, (call) => {
  const { inputs, attrs, backend } = call;
  const { x } = inputs;
  if (!isMovable(x.dtype)) return callCpuKernel(SplitV, call);
  const axis = util.parseAxisParam(attrs.axis, x.shape)[0]!;
  const begin = x.shape.map(() => 0);
  return backend_util.prepareSplitSize(x as never, attrs.numOrSizeSplits, axis).map((length) => {
    const part = sliced(backend, x, begin, x.shape.with(axis, length));
    begin[axis] = begin[axis]! + length;
    return part;
  });
});

const unpackKernel = defineKernel<UnpackInputs, UnpackAttrs>(Unpack, (call) => {
  const { inputs, attrs, backend } = call;
  const { value } = inputs;
  if (!isMovable(value.dtype)) return callCpuKernel(Unpack, call);
  const axis = util.parseAxisParam(attrs.axis, value.shape)[0]!;
  const size = value.shape.with(axis, 1);
  const shape = value.shape.toSpliced(axis, 1);
  return Array.from({ length: value.shape[axis]! }, (_, index) => {
    const begin = value.shape.map((__, i) => (i === axis ? index : 0));
    const part = sliced(backend, value, begin, size);
    const result = backend.share(part, shape);
    backend.disposeIntermediateTensorInfo(part);
    return result;
  });
});

const reverseKernel = defineKernel<ReverseInputs, ReverseAttrs>(Reverse, (call) => {
  const { inputs, attrs, backend } = call;
  const { x } = inputs;
  if (!isMovable(x.dtype)) return callCpuKernel(Reverse, call);
  const strides = stridesOf(x.shape);
  let inOffset = 0;
  for (const axis of new Set(util.parseAxisParam(attrs.dims, x.shape))) {
    inOffset += (x.shape[axis]! - 1) * strides[axis]!;
    strides[axis] = -strides[axis]!;
  }
  return gatherStrided(backend, x, x.shape, strides, inOffset);
});

type GatherFunction = (x: Float32Array, indices: Int32Array, out: Float32Array, ...sizes: number[]) => void;
const gatherRows = nativeFunction<GatherFunction>('gatherRows');
const gatherKernel = defineKernel<GatherV2Inputs, GatherV2Attrs>(GatherV2, (call) => {
  const { inputs, attrs, backend } = call;
  const { x, indices } = inputs;
  if (x.dtype !== 'float32' || indices.dtype !== 'int32') return callCpuKernel(GatherV2, call);
  const axis = util.parseAxisParam(attrs.axis, x.shape)[0]!;
  const last = x.shape[axis]! - 1;
  const picks = backend.ints(indices);
  for (const index of picks) {
    util.assert(index >= 0 && index <= last, () => `GatherV2: the index value ${index} is not in [0, ${last}]`);
  }
  const info = backend_util.segment_util.collectGatherOpShapeInfo(
    x as never,
    indices as never,
    axis,
    attrs.batchDims ?? 0,
  );
  const out = backend.allocate(info.outputShape, 'float32');
  const picksPerBatch = info.batchSize === 0 ? 0 : picks.length / info.batchSize;
  const sizes = [info.batchSize, info.outerSize, info.dimSize, picksPerBatch, info.sliceSize];
  gatherRows(backend.floats(x), picks, backend.floats(out), ...sizes);
  return out;
});

export const SLICE_KERNELS: readonly KernelConfig[] = [
  sliceKernel,
  stridedSliceKernel,
  splitKernel,
  unpackKernel,
  reverseKernel,
  gatherKernel,
];
