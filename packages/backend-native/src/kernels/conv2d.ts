/** `Conv2D`, `FusedConv2D` and the two gradients `Conv2DBackpropInput` (also the transposed convolution) and `Conv2DBackpropFilter`. */

import type {
  Conv2DAttrs,
  Conv2DBackpropFilterAttrs,
  Conv2DBackpropFilterInputs,
  Conv2DBackpropInputAttrs,
  Conv2DBackpropInputInputs,
  Conv2DInputs,
  FusedConv2DAttrs,
  FusedConv2DInputs,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { Conv2D, Conv2DBackpropFilter, Conv2DBackpropInput, FusedConv2D, util } from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import { callCpuKernel, defineKernel } from '../kernel.ts';
import type { NativeBackend } from '../native-backend.ts';
import { type ConvAttrs, checkSize, convInfo, convParameters, isNative } from './conv-shape.ts';
import { type FusedTail, fusableTail, NO_TAIL, type TailArguments, tailArguments } from './fused.ts';

type Product = (a: Float32Array, b: Float32Array, out: Float32Array, shape: Int32Array) => void;
const conv2d =
  nativeFunction<
    (x: Float32Array, w: Float32Array, out: Float32Array, shape: Int32Array, ...tail: TailArguments) => void
  >('conv2d');
const conv2dBackpropInput = nativeFunction<Product>('conv2dBackpropInput');
const conv2dBackpropFilter = nativeFunction<Product>('conv2dBackpropFilter');

function convolve(
  backend: NativeBackend,
  x: TensorInfo,
  filter: TensorInfo,
  attrs: ConvAttrs,
  tail: FusedTail,
): TensorInfo {
  const info = convInfo(x.shape, filter.shape, attrs);
  const out = backend.allocate(info.outShape, 'float32');
  conv2d(
    backend.floats(x),
    backend.floats(filter),
    backend.floats(out),
    convParameters(info),
    ...tailArguments(backend, tail),
  );
  return out;
}

const conv2dKernel = defineKernel<Conv2DInputs, Conv2DAttrs>(Conv2D, (call) => {
  const { x, filter } = call.inputs;
  if (!isNative(call.attrs, x, filter)) return callCpuKernel(Conv2D, call);
  return convolve(call.backend, x, filter, call.attrs, NO_TAIL);
});

const fusedConv2dKernel = defineKernel<FusedConv2DInputs, FusedConv2DAttrs>(FusedConv2D, (call) => {
  const { x, filter } = call.inputs;
  const tail = fusableTail(call.inputs, call.attrs, filter.shape[3]!);
  if (tail === undefined || !isNative(call.attrs, x, filter)) return callCpuKernel(FusedConv2D, call);
  return convolve(call.backend, x, filter, call.attrs, tail);
});

const conv2dBackpropInputKernel = defineKernel<Conv2DBackpropInputInputs, Conv2DBackpropInputAttrs>(
  Conv2DBackpropInput,
  (call) => {
    const { dy, filter } = call.inputs;
    if (!isNative(call.attrs, dy, filter)) return callCpuKernel(Conv2DBackpropInput, call);
    const { backend } = call;
    const info = convInfo(call.attrs.inputShape, filter.shape, call.attrs);
    // tf.conv2dTranspose accepts an output shape that does not belong to its input; the cpu kernel makes of it what it can.
    if (!util.arraysEqual(dy.shape, info.outShape)) return callCpuKernel(Conv2DBackpropInput, call);
    const dx = backend.allocate(info.inShape, 'float32');
    conv2dBackpropInput(backend.floats(dy), backend.floats(filter), backend.floats(dx), convParameters(info));
    return dx;
  },
);

const conv2dBackpropFilterKernel = defineKernel<Conv2DBackpropFilterInputs, Conv2DBackpropFilterAttrs>(
  Conv2DBackpropFilter,
  (call) => {
    const { x, dy } = call.inputs;
    if (!isNative(call.attrs, x, dy)) return callCpuKernel(Conv2DBackpropFilter, call);
    const { backend } = call;
    const info = convInfo(x.shape, call.attrs.filterShape, call.attrs);
    checkSize('dy', dy, info.outShape);
    const gradient = backend.allocate(info.filterShape, 'float32');
    conv2dBackpropFilter(backend.floats(x), backend.floats(dy), backend.floats(gradient), convParameters(info));
    return gradient;
  },
);

/** Convolutions, for {@link registerKernels}. */
export const CONV_KERNELS = [conv2dKernel, fusedConv2dKernel, conv2dBackpropInputKernel, conv2dBackpropFilterKernel];
