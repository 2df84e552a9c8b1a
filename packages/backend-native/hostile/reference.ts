/** The backend that native is compared with: the cpu backend, but for the kernels that it gets wrong. */

import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { backend_util } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Given } from './arguments.ts';

type Inputs = Readonly<Record<string, tf.Tensor>>;
type Computation = (inputs: Inputs, attrs: Given) => tf.Tensor;

function cpuKernel(name: string, inputs: Inputs, attrs: object): tf.Tensor {
  const { kernelFunc } = tf.getKernel(name, 'cpu');
  const backend = tf.backend();
  const made = kernelFunc({ inputs, attrs: attrs as tf.NamedAttrMap, backend }) as tf.TensorInfo;
  return tf.engine().makeTensorFromTensorInfo(made);
}

/** numpy's matmul: every matrix of both batches in its place. The cpu backend takes the n-th of a factor, or its last. */
function product(name: string): Computation {
  return (inputs, attrs) => {
    const { a, b } = inputs as { a: tf.Tensor; b: tf.Tensor };
    const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const whole = (factor: tf.Tensor) => tf.broadcastTo(factor, [...outer, ...factor.shape.slice(-2)]);
    return cpuKernel(name, { ...inputs, a: whole(a), b: whole(b) }, attrs);
  };
}

/** torch's pad: what is negative is cut off. The cpu backend writes it into the row before. */
function pad({ x }: Inputs, attrs: Given): tf.Tensor {
  const paddings = attrs.paddings! as [number, number][];
  if (!paddings.flat().some((size) => size < 0)) return cpuKernel(tf.PadV2, { x: x! }, attrs);
  let result = x!;
  for (const [axis, [before, after]] of paddings.entries()) {
    const constant = (size: number) =>
      tf.fill(result.shape.with(axis, size), attrs.constantValue!, x!.dtype as 'float32');
    const parts = [constant(Math.max(0, before)), result, constant(Math.max(0, after))];
    const joined = tf.concat(parts, axis);
    const begin = joined.shape.map((_, i) => (i === axis ? Math.max(0, -before) : 0));
    result = tf.slice(joined, begin, joined.shape.with(axis, x!.shape[axis]! + before + after));
  }
  return result;
}

/** numpy's x[begin:end:step]: the elements that are named, axis after axis. The cpu backend forgets axes that shrink. */
function stridedSlice({ x }: Inputs, attrs: Given): tf.Tensor {
  if (x!.dtype === 'string') return cpuKernel(tf.StridedSlice, { x: x! }, attrs); // which tf.gather does not take
  let result = x!;
  const masks = [
    attrs.beginMask!,
    attrs.endMask!,
    attrs.ellipsisMask!,
    attrs.newAxisMask!,
    attrs.shrinkAxisMask!,
  ] as const;
  const info = tf.slice_util.sliceInfo(x!.shape, attrs.begin!, attrs.end!, attrs.strides!, ...masks);
  for (const [axis, first] of info.begin.entries()) {
    const [step, end] = [info.strides[axis]!, info.end[axis]!];
    const indices: number[] = [];
    for (let i = first; step > 0 ? i < end : i > end; i += step) indices.push(i);
    result = tf.gather(result, tf.tensor1d(indices, 'int32'), axis);
  }
  return tf.reshape(result, info.finalShape);
}

/** Each element of dy shared among the pixels of its window. The cpu backend forgets how the size of dy was rounded, and shares with the padding too. */
function averagePoolGradient({ dy, input }: Inputs, attrs: Given): tf.Tensor {
  const { filterSize, strides, pad: padding, dimRoundingMode } = attrs;
  const x = input!.shape as [number, number, number, number];
  const info = tf.backend_util.computePool2DInfo(x, filterSize!, strides!, 1, padding!, dimRoundingMode);
  const dx = tf.buffer(x, 'float32');
  const shares = dy!.bufferSync();
  for (let i = 0; i < shares.size; i++) {
    const [image, row, column, channel] = shares.indexToLoc(i) as [number, number, number, number];
    const top = row * info.strideHeight - info.padInfo.top;
    const left = column * info.strideWidth - info.padInfo.left;
    const pixels: [number, number][] = [];
    for (let y = Math.max(0, top); y < Math.min(x[1], top + info.filterHeight); y++)
      for (let z = Math.max(0, left); z < Math.min(x[2], left + info.filterWidth); z++) pixels.push([y, z]);
    for (const [y, z] of pixels) {
      const share = (shares.values[i] as number) / pixels.length;
      dx.set(dx.get(image, y, z, channel) + share, image, y, z, channel);
    }
  }
  return dx.toTensor();
}

/**
 * The average is linear: the gradient for one input is what the average makes of that input alone, weighted by dy. So is a
 * resizing. The cpu backend's gradients are of other operations.
 */
function linearGradient(input: tf.Tensor, dy: tf.Tensor, forward: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const dx = tf.buffer(input.shape, 'float32');
  for (let i = 0; i < dx.size; i++) {
    const unit = tf.tidy(() => tf.reshape(tf.oneHot(tf.scalar(i, 'int32'), dx.size, 1, 0, 'float32'), input.shape));
    dx.values[i] = tf.tidy(() => tf.sum(tf.mul(forward(unit), dy)).dataSync()[0]!);
    unit.dispose();
  }
  return dx.toTensor();
}

function averagePool3DGradient({ dy, input }: Inputs, attrs: Given): tf.Tensor {
  return linearGradient(input!, dy!, (x) => cpuKernel(tf.AvgPool3D, { x }, { ...attrs, dataFormat: 'NDHWC' }));
}

function resizeGradient(name: string): Computation {
  return ({ images, dy }, attrs) => {
    const size = dy!.shape.slice(1, 3);
    return linearGradient(images!, dy!, (unit) => cpuKernel(name, { images: unit }, { ...attrs, size }));
  };
}

type Shape4 = [number, number, number, number];

/**
 * The padding that makes a dy of this shape when sizes are rounded down, which is how the cpu backend takes every gradient: what
 * an operation that rounded up read beyond its padding is padding, too.
 */
function paddedTo(dy: tf.Tensor, { inShape, ...info }: backend_util.Conv2DInfo, attrs: Given): Given {
  const [, height, width] = inShape;
  const { padInfo, strideHeight, strideWidth, effectiveFilterHeight, effectiveFilterWidth } = info;
  const end = (outputs: number, stride: number, window: number, begin: number, size: number, given: number) =>
    Math.max(given, (outputs - 1) * stride + window - begin - size);
  const [, rows, columns] = dy.shape as Shape4;
  const bottom = end(rows, strideHeight, effectiveFilterHeight, padInfo.top, height!, padInfo.bottom);
  const right = end(columns, strideWidth, effectiveFilterWidth, padInfo.left, width!, padInfo.right);
  const pad = [
    [0, 0],
    [padInfo.top, bottom],
    [padInfo.left, right],
    [0, 0],
  ];
  return { ...attrs, pad: pad as never, dimRoundingMode: undefined as never };
}

/** dy with zeros at its ends up to the size that this padding makes: with one number of padding tfjs takes every filter for a square one. */
function wholeDy(dy: tf.Tensor, outShape: readonly number[]): tf.Tensor {
  return tf.pad(
    dy,
    dy.shape.map((size, axis): [number, number] => [0, Math.max(0, outShape[axis]! - size)]),
  );
}

/** Whether the sizes may have been rounded in a way that the gradient is not told. */
function isRounded({ dy }: Inputs, attrs: Given, info: (attrs: Given) => backend_util.Conv2DInfo): boolean {
  if (typeof attrs.pad === 'string' || dy === undefined || dy.dtype === 'string') return false;
  return (['round', 'ceil'] as const).some((dimRoundingMode) =>
    tf.util.arraysEqual(info({ ...attrs, dimRoundingMode: dimRoundingMode as never }).outShape, dy.shape),
  );
}

/** A gradient of a convolution or of a maximum, whose cpu kernel forgets how the operation's sizes were rounded. */
function rounded(name: string, infoOf: (inputs: Inputs, attrs: Given) => backend_util.Conv2DInfo): Computation {
  return (inputs, attrs) => {
    if (attrs.dataFormat === 'NCHW' || !isRounded(inputs, attrs, (changed) => infoOf(inputs, changed)))
      return cpuKernel(name, inputs, attrs);
    const padded = paddedTo(inputs.dy!, infoOf(inputs, attrs), attrs);
    return cpuKernel(name, { ...inputs, dy: wholeDy(inputs.dy!, infoOf(inputs, padded).outShape) }, padded);
  };
}

const convolution = (image: number[], filter: number[], { strides, pad, dimRoundingMode }: Given) =>
  tf.backend_util.computeConv2DInfo(image as Shape4, filter as Shape4, strides!, 1, pad!, dimRoundingMode);

/** 0/0; the cpu backend makes 0 of no elements. */
function mean({ x }: Inputs, attrs: Given): tf.Tensor {
  const made = cpuKernel(tf.Mean, { x: x! }, attrs);
  return x!.size === 0 ? tf.fill(made.shape, Number.NaN) : made;
}

/** On a copy: the cpu backend writes the updates into its input. */
function tensorScatterUpdate(inputs: Inputs, attrs: Given): tf.Tensor {
  const { tensor } = inputs as { tensor: tf.Tensor };
  const copy = tf.tensor(tensor.dataSync().slice() as never, tensor.shape, tensor.dtype);
  return cpuKernel(tf.TensorScatterUpdate, { ...inputs, tensor: copy }, attrs);
}

const OVERRIDES: Readonly<Record<string, Computation>> = {
  [tf.BatchMatMul]: product(tf.BatchMatMul),
  [tf._FusedMatMul]: product(tf._FusedMatMul),
  [tf.PadV2]: pad,
  [tf.StridedSlice]: stridedSlice,
  [tf.AvgPoolGrad]: averagePoolGradient,
  [tf.TensorScatterUpdate]: tensorScatterUpdate,
  [tf.AvgPool3DGrad]: averagePool3DGradient,
  [tf.ResizeBilinearGrad]: resizeGradient(tf.ResizeBilinear),
  [tf.ResizeNearestNeighborGrad]: resizeGradient(tf.ResizeNearestNeighbor),
  [tf.Conv2DBackpropInput]: rounded(tf.Conv2DBackpropInput, ({ filter }, attrs) =>
    convolution(attrs.inputShape!, filter!.shape, attrs),
  ),
  [tf.Conv2DBackpropFilter]: rounded(tf.Conv2DBackpropFilter, ({ x }, attrs) =>
    convolution(x!.shape, attrs.filterShape!, attrs),
  ),
  [tf.MaxPoolGrad]: rounded(tf.MaxPoolGrad, ({ input }, { filterSize, strides, pad: padding, dimRoundingMode }) =>
    tf.backend_util.computePool2DInfo(input!.shape as Shape4, filterSize!, strides!, 1, padding!, dimRoundingMode),
  ),
  [tf.Mean]: mean,
};

/** Registers the backend `reference`. Fused kernels of @t2i/ops run there as compositions. */
export function registerReference(): void {
  const backendName = 'reference';
  tf.registerBackend(backendName, () => new MathBackendCPU());
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    const compute = OVERRIDES[kernel.kernelName];
    if (compute === undefined) tf.registerKernel({ ...kernel, backendName });
    else {
      const kernelFunc: tf.KernelFunc = ({ inputs, attrs }) => tf.tidy(() => compute(inputs as Inputs, attrs as Given));
      tf.registerKernel({ kernelName: kernel.kernelName, backendName, kernelFunc });
    }
  }
}
