/** Rearranging and joining tensors: Transpose, PadV2, Concat, Pack, Tile, DepthToSpace. */

import type {
  ConcatAttrs,
  ConcatInputs,
  DepthToSpaceAttrs,
  DepthToSpaceInputs,
  KernelConfig,
  PackAttrs,
  PackInputs,
  PadV2Attrs,
  PadV2Inputs,
  TensorInfo,
  TileAttrs,
  TileInputs,
  TransposeAttrs,
  TransposeInputs,
} from '@tensorflow/tfjs-core';
import { backend_util, Concat, DepthToSpace, Pack, PadV2, Tile, Transpose, util } from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import { callCpuKernel, defineKernel } from '../kernel.ts';
import type { NativeBackend } from '../native-backend.ts';
import { allocateLike, copyStrided, gatherStrided, isMovable, stridesOf, transposed } from './strided-copy.ts';

const transposeKernel = defineKernel<TransposeInputs, TransposeAttrs>(Transpose, (call) => {
  const { inputs, attrs, backend } = call;
  if (!isMovable(inputs.x.dtype)) return callCpuKernel(Transpose, call);
  return transposed(backend, inputs.x, attrs.perm);
});

const fill = nativeFunction<(out: Float32Array, value: number) => void>('fill');
const padKernel = defineKernel<PadV2Inputs, PadV2Attrs>(PadV2, (call) => {
  const { inputs, attrs, backend } = call;
  const { x } = inputs;
  if (x.dtype !== 'float32') return callCpuKernel(PadV2, call);
  const shape = attrs.paddings.map(([before, after], axis) => before + x.shape[axis]! + after);
  const out = backend.allocate(shape, 'float32');
  if (util.sizeFromShape(shape) > util.sizeFromShape(x.shape)) fill(backend.floats(out), attrs.constantValue);
  const inStrides = stridesOf(x.shape);
  const outStrides = stridesOf(shape);
  copyStrided(backend, x, out, {
    axes: x.shape.map((size, axis) => ({ size, inStride: inStrides[axis]!, outStride: outStrides[axis]! })),
    outOffset: attrs.paddings.reduce((offset, [before], axis) => offset + before * outStrides[axis]!, 0),
  });
  return out;
});

/** Tensors of one {@link isMovable} type, side by side along `axis`. */
function concatenated(backend: NativeBackend, tensors: readonly TensorInfo[], axis: number): TensorInfo {
  const shape = backend_util.computeOutShape(
    tensors.map((tensor) => tensor.shape),
    axis,
  );
  const out = allocateLike(backend, tensors[0]!, shape);
  const inner = util.sizeFromShape(shape.slice(axis + 1));
  const outer = util.sizeFromShape(shape.slice(0, axis));
  let outOffset = 0;
  for (const tensor of tensors) {
    const run = tensor.shape[axis]! * inner;
    const axes = [
      { size: outer, inStride: run, outStride: shape[axis]! * inner },
      { size: run, inStride: 1, outStride: 1 },
    ];
    copyStrided(backend, tensor, out, { axes, outOffset });
    outOffset += run;
  }
  return out;
}

const concatKernel = defineKernel<ConcatInputs, ConcatAttrs>(Concat, (call) => {
  const { inputs, attrs, backend } = call;
  const axis = util.parseAxisParam(attrs.axis, inputs[0]!.shape)[0]!;
  const { dtype } = inputs[0]!;
  if (!isMovable(dtype) || inputs.some((input) => input.dtype !== dtype)) return callCpuKernel(Concat, call);
  backend_util.assertParamsConsistent(
    inputs.map(({ shape }) => shape),
    axis,
  );
  const filled = inputs.filter(({ shape }) => util.sizeFromShape(shape) > 0);
  return concatenated(backend, filled.length > 0 ? filled : inputs, axis);
});

const packKernel = defineKernel<PackInputs, PackAttrs>(Pack, (call) => {
  const { inputs, attrs, backend } = call;
  const { shape, dtype } = inputs[0]!;
  if (inputs.length === 1 || !isMovable(dtype)) return callCpuKernel(Pack, call);
  for (const input of inputs) {
    util.assertShapesMatch(shape, input.shape, 'All tensors passed to stack must have matching shapes');
    util.assert(dtype === input.dtype, () => 'All tensors passed to stack must have matching dtypes');
  }
  const axis = attrs.axis < 0 ? attrs.axis + shape.length + 1 : attrs.axis;
  const expanded = inputs.map((input) => backend.share(input, shape.toSpliced(axis, 0, 1)));
  const out = concatenated(backend, expanded, axis);
  for (const tensor of expanded) backend.disposeIntermediateTensorInfo(tensor);
  return out;
});

const tileKernel = defineKernel<TileInputs, TileAttrs>(Tile, (call) => {
  const { inputs, attrs, backend } = call;
  const { x } = inputs;
  if (!isMovable(x.dtype)) return callCpuKernel(Tile, call);
  const strides = stridesOf(x.shape);
  // Each axis becomes two, the repetitions (which do not move in x) and the axis itself.
  const tiled = gatherStrided(
    backend,
    x,
    x.shape.flatMap((size, axis) => [attrs.reps[axis]!, size]),
    x.shape.flatMap((_, axis) => [0, strides[axis]!]),
  );
  const result = backend.share(
    tiled,
    x.shape.map((size, axis) => size * attrs.reps[axis]!),
  );
  backend.disposeIntermediateTensorInfo(tiled);
  return result;
});

const depthToSpaceKernel = defineKernel<DepthToSpaceInputs, DepthToSpaceAttrs>(DepthToSpace, (call) => {
  const { inputs, attrs, backend } = call;
  const { x } = inputs;
  const { blockSize, dataFormat } = attrs;
  if (!isMovable(x.dtype) || dataFormat !== 'NHWC') return callCpuKernel(DepthToSpace, call);
  const [batch, height, width, inDepth] = x.shape as [number, number, number, number];
  const depth = inDepth / (blockSize * blockSize);
  const spread = gatherStrided(
    backend,
    x,
    [batch, height, blockSize, width, blockSize, depth],
    [height * width * inDepth, width * inDepth, blockSize * depth, inDepth, depth, 1],
  );
  const result = backend.share(spread, [batch, height * blockSize, width * blockSize, depth]);
  backend.disposeIntermediateTensorInfo(spread);
  return result;
});

export const SHAPE_KERNELS: readonly KernelConfig[] = [
  transposeKernel,
  padKernel,
  concatKernel,
  packKernel,
  tileKernel,
  depthToSpaceKernel,
];
