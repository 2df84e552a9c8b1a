/** Takes parts of a tensor: Slice, StridedSlice, SplitV, Unpack, Reverse, GatherV2. */

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
} from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import { callCpuKernel, defineKernel, type RuleCall } from '../kernel.ts';
import { demand } from '../kernel-error.ts';
import type { NativeBackend } from '../native-backend.ts';
import { checkedSize, checkWhole, distinctAxes, oneAxis } from '../sizes.ts';
import { gatherStrided, isMovable, sliced, stridesOf } from './strided-copy.ts';

/** The box to cut out; it must lie inside x. */
function sliceRule({ inputs: { x }, attrs }: RuleCall<SliceInputs, SliceAttrs>): { begin: number[]; size: number[] } {
  const [begin, size] = slice_util.parseSliceParams(x, attrs.begin, attrs.size) as [number[], number[]];
  slice_util.assertParamsValid(x, begin, size);
  checkWhole('begin', begin, 0);
  checkWhole('size', size, 0);
  return { begin, size };
}

const sliceKernel = defineKernel(Slice, sliceRule, (call) => {
  const { inputs, backend, plan } = call;
  if (!isMovable(inputs.x.dtype)) return callCpuKernel(Slice, call);
  return sliced(backend, inputs.x, plan.begin, plan.size);
});

/** Every `steps[axis]`-th element from `begin`; a step may be negative. */
function stepped(backend: NativeBackend, x: TensorInfo, shape: number[], begin: number[], steps: number[]): TensorInfo {
  const strides = stridesOf(x.shape);
  const inStrides = steps.map((step, axis) => step * strides[axis]!);
  const inOffset = begin.reduce((offset, start, axis) => offset + start * strides[axis]!, 0);
  return gatherStrided(backend, x, shape, inStrides, inOffset);
}

interface Steps {
  readonly begin: number[];
  /** Elements along each axis of x. */
  readonly size: number[];
  readonly strides: number[];
  readonly isIdentity: boolean;
  /** The shape of the result, which may have more or fewer axes. */
  readonly shape: number[];
}

function stridedSliceRule({ inputs: { x }, attrs }: RuleCall<StridedSliceInputs, StridedSliceAttrs>): Steps {
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
  // tfjs's own finalShapeSparse lacks the axes that shrink, so its cpu kernel reads wrong elements or none.
  const size = begin.map((first, axis) => Math.max(0, Math.ceil((end[axis]! - first) / strides[axis]!)));
  checkWhole('begin, end or strides', [...begin, ...end, ...strides]);
  demand(
    checkedSize(size) === checkedSize(finalShape),
    () => `[${size}] elements cannot be a tensor of [${finalShape}]`,
  );
  return { begin, size, strides, isIdentity, shape: finalShape };
}

const stridedSliceKernel = defineKernel(StridedSlice, stridedSliceRule, (call) => {
  const { inputs, backend, plan } = call;
  const { x } = inputs;
  if (!isMovable(x.dtype)) return callCpuKernel(StridedSlice, call);
  const { begin, size, strides, isIdentity, shape } = plan;
  if (isIdentity) return backend.share(x, shape);
  const part = strides.every((stride) => stride === 1)
    ? sliced(backend, x, begin, size)
    : stepped(backend, x, size, begin, strides);
  const result = backend.share(part, shape);
  backend.disposeIntermediateTensorInfo(part);
  return result;
});

/** The lengths of the parts along the axis, which add up to its length. */
function splitRule({ inputs: { x }, attrs }: RuleCall<SplitVInputs, SplitVAttrs>): { axis: number; lengths: number[] } {
  const axis = oneAxis(attrs.axis, x.shape);
  const lengths = backend_util.prepareSplitSize(x as never, attrs.numOrSizeSplits, axis);
  checkWhole('a part', lengths, 0);
  return { axis, lengths };
}

const splitKernel = defineKernel(SplitV, splitRule, (call) => {
  const { inputs, backend, plan } = call;
  const { x } = inputs;
  if (!isMovable(x.dtype)) return callCpuKernel(SplitV, call);
  const { axis, lengths } = plan;
  const begin = x.shape.map(() => 0);
  return lengths.map((length) => {
    const part = sliced(backend, x, begin, x.shape.with(axis, length));
    begin[axis] = begin[axis]! + length;
    return part;
  });
});

function unpackRule({ inputs, attrs }: RuleCall<UnpackInputs, UnpackAttrs>): number {
  return oneAxis(attrs.axis, inputs.value.shape);
}

const unpackKernel = defineKernel(Unpack, unpackRule, (call) => {
  const { inputs, backend, plan: axis } = call;
  const { value } = inputs;
  if (!isMovable(value.dtype)) return callCpuKernel(Unpack, call);
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

function reverseRule({ inputs, attrs }: RuleCall<ReverseInputs, ReverseAttrs>): number[] {
  return distinctAxes(attrs.dims, inputs.x.shape);
}

const reverseKernel = defineKernel(Reverse, reverseRule, (call) => {
  const { inputs, backend, plan: axes } = call;
  const { x } = inputs;
  if (!isMovable(x.dtype)) return callCpuKernel(Reverse, call);
  const strides = stridesOf(x.shape);
  let inOffset = 0;
  for (const axis of axes) {
    inOffset += (x.shape[axis]! - 1) * strides[axis]!;
    strides[axis] = -strides[axis]!;
  }
  return gatherStrided(backend, x, x.shape, strides, inOffset);
});

type GatherFunction = (x: Float32Array, indices: Int32Array, out: Float32Array, ...sizes: number[]) => void;
const gatherRows = nativeFunction<GatherFunction>('gatherRows');
type GatherInfo = ReturnType<typeof backend_util.segment_util.collectGatherOpShapeInfo>;

function gatherRule({ inputs: { x, indices }, attrs }: RuleCall<GatherV2Inputs, GatherV2Attrs>): GatherInfo {
  const axis = oneAxis(attrs.axis, x.shape);
  const batchDims = attrs.batchDims ?? 0;
  checkWhole('the number of batch axes', [batchDims], -indices.shape.length);
  const info = backend_util.segment_util.collectGatherOpShapeInfo(x as never, indices as never, axis, batchDims);
  checkedSize(info.outputShape);
  return info;
}

const gatherKernel = defineKernel(GatherV2, gatherRule, (call) => {
  const { inputs, backend, plan: info } = call;
  const { x, indices } = inputs;
  if (x.dtype !== 'float32' || indices.dtype !== 'int32') return callCpuKernel(GatherV2, call);
  const last = info.dimSize - 1;
  const picks = backend.ints(indices);
  for (const index of picks) {
    demand(index >= 0 && index <= last, () => `the index value ${index} is not in [0, ${last}]`);
  }
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
