/** Rearranges and joins tensors: Transpose, PadV2, Concat, Pack, Tile, DepthToSpace. */

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
import { callCpuKernel, defineKernel, type KernelCall, type RuleCall } from '../kernel.ts';
import { demand } from '../kernel-error.ts';
import type { NativeBackend } from '../native-backend.ts';
import { checkedSize, checkRank, checkWhole, distinctAxes, oneAxis } from '../sizes.ts';
import { allocateLike, copyStrided, gatherStrided, isMovable, sliced, stridesOf, transposed } from './strided-copy.ts';

function transposeRule({ inputs: { x }, attrs: { perm } }: RuleCall<TransposeInputs, TransposeAttrs>): void {
  const named = distinctAxes(perm, x.shape);
  const complete = named.length === x.shape.length && named.every((axis, i) => axis === perm[i]);
  demand(complete, () => `[${perm}] is not an order of the ${x.shape.length} axes`);
}

const transposeKernel = defineKernel(Transpose, transposeRule, (call) => {
  const { inputs, attrs, backend } = call;
  if (!isMovable(inputs.x.dtype)) return callCpuKernel(Transpose, call);
  return transposed(backend, inputs.x, attrs.perm);
});

const fill = nativeFunction<(out: Float32Array, value: number) => void>('fill');
interface Padding {
  readonly shape: number[];
  /** The part of x that remains after negative padding, or undefined without negative padding. */
  readonly crop: { readonly begin: number[]; readonly size: number[] } | undefined;
  /** The padding that is added on both sides of that part. */
  readonly paddings: [number, number][];
}

/** Negative padding removes elements, as in torch and in the cpu backend along one axis. */
function padRule({ inputs: { x }, attrs }: RuleCall<PadV2Inputs, PadV2Attrs>): Padding {
  const { paddings } = attrs;
  demand(
    paddings.length === x.shape.length && paddings.every((pair) => pair.length === 2),
    () => `the padding [${paddings.join('; ')}] needs one pair for each axis of [${x.shape}]`,
  );
  const shape = paddings.map(([before, after], axis) => before + x.shape[axis]! + after);
  checkedSize(shape);
  checkWhole('the padding', paddings.flat());
  if (!paddings.some(([before, after]) => before < 0 || after < 0)) return { shape, crop: undefined, paddings };
  // The part of x that remains begins and ends inside x, even if more is removed than exists.
  const kept = paddings.map(([before, after], axis) => {
    const size = x.shape[axis]!;
    const begin = Math.min(size, Math.max(0, -before));
    return { begin, end: Math.max(begin, Math.min(size, size + after)) };
  });
  return {
    shape,
    crop: { begin: kept.map(({ begin }) => begin), size: kept.map(({ begin, end }) => end - begin) },
    paddings: paddings.map(([before], axis) => {
      const { begin, end } = kept[axis]!;
      const front = end > begin ? Math.max(0, before) : shape[axis]!;
      return [front, shape[axis]! - front - (end - begin)];
    }),
  };
}

type PadCall = KernelCall<PadV2Inputs, PadV2Attrs, Padding>;

function padded(call: PadCall, x: TensorInfo): TensorInfo | TensorInfo[] {
  const { backend, plan } = call;
  const { shape, paddings } = plan;
  if (x.dtype !== 'float32')
    return callCpuKernel(PadV2, { ...call, inputs: { x }, attrs: { ...call.attrs, paddings } });
  const out = backend.allocate(shape, 'float32');
  if (util.sizeFromShape(shape) > util.sizeFromShape(x.shape)) fill(backend.floats(out), call.attrs.constantValue);
  const inStrides = stridesOf(x.shape);
  const outStrides = stridesOf(shape);
  copyStrided(backend, x, out, {
    axes: x.shape.map((size, axis) => ({ size, inStride: inStrides[axis]!, outStride: outStrides[axis]! })),
    outOffset: paddings.reduce((offset, [before], axis) => offset + before * outStrides[axis]!, 0),
  });
  return out;
}

const padKernel = defineKernel(PadV2, padRule, (call) => {
  const { inputs, backend, plan } = call;
  if (plan.crop === undefined || !isMovable(inputs.x.dtype)) return padded(call, inputs.x);
  const part = sliced(backend, inputs.x, plan.crop.begin, plan.crop.size);
  const out = padded(call, part);
  backend.disposeIntermediateTensorInfo(part);
  return out;
});

function jointShape(tensors: readonly TensorInfo[], axis: number): number[] {
  return backend_util.computeOutShape(
    tensors.map((tensor) => tensor.shape),
    axis,
  );
}

/** Tensors of one {@link isMovable} type, side by side along `axis`. */
function concatenated(backend: NativeBackend, tensors: readonly TensorInfo[], axis: number): TensorInfo {
  const shape = jointShape(tensors, axis);
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

/** The axis. */
function concatRule({ inputs, attrs }: RuleCall<ConcatInputs, ConcatAttrs>): number {
  demand(inputs[0] !== undefined, () => 'there is nothing to join');
  const axis = oneAxis(attrs.axis, inputs[0].shape);
  backend_util.assertParamsConsistent(
    inputs.map(({ shape }) => shape),
    axis,
  );
  checkedSize(jointShape(inputs, axis));
  return axis;
}

const concatKernel = defineKernel(Concat, concatRule, (call) => {
  const { inputs, backend, plan: axis } = call;
  const { dtype } = inputs[0]!;
  if (!isMovable(dtype) || inputs.some((input) => input.dtype !== dtype)) return callCpuKernel(Concat, call);
  const filled = inputs.filter(({ shape }) => util.sizeFromShape(shape) > 0);
  return concatenated(backend, filled.length > 0 ? filled : inputs, axis);
});

/** The new axis. */
function packRule({ inputs, attrs }: RuleCall<PackInputs, PackAttrs>): number {
  demand(inputs[0] !== undefined, () => 'there is nothing to stack');
  const { shape, dtype } = inputs[0];
  for (const input of inputs) {
    util.assertShapesMatch(shape, input.shape, 'All tensors passed to stack must have matching shapes');
    util.assert(dtype === input.dtype, () => 'All tensors passed to stack must have matching dtypes');
  }
  checkedSize([inputs.length, ...shape]);
  return oneAxis(attrs.axis, [1, ...shape]);
}

const packKernel = defineKernel(Pack, packRule, (call) => {
  const { inputs, backend, plan: axis } = call;
  const { shape, dtype } = inputs[0]!;
  if (inputs.length === 1 || !isMovable(dtype)) return callCpuKernel(Pack, call);
  const expanded = inputs.map((input) => backend.share(input, shape.toSpliced(axis, 0, 1)));
  const out = concatenated(backend, expanded, axis);
  for (const tensor of expanded) backend.disposeIntermediateTensorInfo(tensor);
  return out;
});

/** The shape of the result. */
function tileRule({ inputs: { x }, attrs: { reps } }: RuleCall<TileInputs, TileAttrs>): number[] {
  demand(reps.length === x.shape.length, () => `[${reps}] needs one number for each axis of [${x.shape}]`);
  checkWhole('the number of repetitions', reps, 0);
  const shape = x.shape.map((size, axis) => size * reps[axis]!);
  checkedSize(shape);
  return shape;
}

const tileKernel = defineKernel(Tile, tileRule, (call) => {
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
  const result = backend.share(tiled, call.plan);
  backend.disposeIntermediateTensorInfo(tiled);
  return result;
});

function depthToSpaceRule({ inputs: { x }, attrs }: RuleCall<DepthToSpaceInputs, DepthToSpaceAttrs>): void {
  const { blockSize, dataFormat } = attrs;
  checkRank('x', x.shape, 4);
  checkWhole('the block size', [blockSize], 1);
  const depth = x.shape[dataFormat === 'NHWC' ? 3 : 1]!;
  demand(
    depth % blockSize ** 2 === 0,
    () => `${depth} channels do not divide into blocks of ${blockSize}×${blockSize}`,
  );
}

const depthToSpaceKernel = defineKernel(DepthToSpace, depthToSpaceRule, (call) => {
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
