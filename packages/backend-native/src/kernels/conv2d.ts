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
import { callCpuKernel, defineKernel, type RuleCall } from '../kernel.ts';
import { demand } from '../kernel-error.ts';
import type { NativeBackend } from '../native-backend.ts';
import { checkRank, checkShape } from '../sizes.ts';
import { type ConvAttrs, type ConvInfo, convInfo, convParameters, geometryOf, isNative } from './conv-shape.ts';
import { type FusedTail, fusableTail, NO_TAIL, type TailArguments, tailArguments } from './fused.ts';

type Product = (a: Float32Array, b: Float32Array, out: Float32Array, shape: Float64Array) => void;
const conv2d =
  nativeFunction<
    (x: Float32Array, w: Float32Array, out: Float32Array, shape: Float64Array, ...tail: TailArguments) => void
  >('conv2d');
const conv2dBackpropInput = nativeFunction<Product>('conv2dBackpropInput');
const conv2dBackpropFilter = nativeFunction<Product>('conv2dBackpropFilter');

function convRule({ inputs, attrs }: RuleCall<Conv2DInputs, Conv2DAttrs>): ConvInfo {
  return convInfo(inputs.x.shape, inputs.filter.shape, attrs);
}

function convolve(
  backend: NativeBackend,
  x: TensorInfo,
  filter: TensorInfo,
  info: ConvInfo,
  tail: FusedTail,
): TensorInfo {
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

const conv2dKernel = defineKernel(Conv2D, convRule, (call) => {
  const { x, filter } = call.inputs;
  if (!isNative(call.attrs, x, filter)) return callCpuKernel(Conv2D, call);
  return convolve(call.backend, x, filter, call.plan, NO_TAIL);
});

const fusedConv2dKernel = defineKernel(
  FusedConv2D,
  (call: RuleCall<FusedConv2DInputs, FusedConv2DAttrs>) => convRule(call),
  (call) => {
    const { x, filter } = call.inputs;
    const tail = fusableTail(call.inputs, call.attrs, filter.shape[3]!);
    if (tail === undefined || !isNative(call.attrs, x, filter)) return callCpuKernel(FusedConv2D, call);
    return convolve(call.backend, x, filter, call.plan, tail);
  },
);

/** Gradients have no dilation, whatever the attributes say: tfjs refuses to differentiate a dilated convolution. */
function gradientInfo(inShape: number[], filterShape: number[], attrs: ConvAttrs, dy: TensorInfo): ConvInfo {
  return geometryOf(dy, attrs, (rounding) => convInfo(inShape, filterShape, { ...attrs, ...rounding, dilations: 1 }));
}

/** tf.conv2dTranspose accepts an output shape that does not fit its input; batch and channels must fit. */
function inputGradientRule({ inputs, attrs }: RuleCall<Conv2DBackpropInputInputs, Conv2DBackpropInputAttrs>): ConvInfo {
  const { dy, filter } = inputs;
  const info = gradientInfo(attrs.inputShape, filter.shape, attrs, dy);
  checkRank('dy', dy.shape, 4);
  const channels = attrs.dataFormat === 'NCHW' ? 1 : 3;
  demand(
    dy.shape[0] === info.batchSize && dy.shape[channels] === info.outChannels,
    () => `dy is [${dy.shape}], the convolution makes [${info.outShape}]`,
  );
  return info;
}

const conv2dBackpropInputKernel = defineKernel(Conv2DBackpropInput, inputGradientRule, (call) => {
  const { dy, filter } = call.inputs;
  if (!isNative(call.attrs, dy, filter)) return callCpuKernel(Conv2DBackpropInput, call);
  const { backend, plan: info } = call;
  // The cpu kernel accepts a dy of another size.
  if (!util.arraysEqual(dy.shape, info.outShape)) return callCpuKernel(Conv2DBackpropInput, call);
  const dx = backend.allocate(info.inShape, 'float32');
  conv2dBackpropInput(backend.floats(dy), backend.floats(filter), backend.floats(dx), convParameters(info));
  return dx;
});

function filterGradientRule({
  inputs,
  attrs,
}: RuleCall<Conv2DBackpropFilterInputs, Conv2DBackpropFilterAttrs>): ConvInfo {
  const info = gradientInfo(inputs.x.shape, attrs.filterShape, attrs, inputs.dy);
  checkShape('dy', inputs.dy, info.outShape);
  return info;
}

const conv2dBackpropFilterKernel = defineKernel(Conv2DBackpropFilter, filterGradientRule, (call) => {
  const { x, dy } = call.inputs;
  if (!isNative(call.attrs, x, dy)) return callCpuKernel(Conv2DBackpropFilter, call);
  const { backend, plan: info } = call;
  const gradient = backend.allocate(info.filterShape, 'float32');
  conv2dBackpropFilter(backend.floats(x), backend.floats(dy), backend.floats(gradient), convParameters(info));
  return gradient;
});

/** Convolutions, for {@link registerKernels}. */
export const CONV_KERNELS = [conv2dKernel, fusedConv2dKernel, conv2dBackpropInputKernel, conv2dBackpropFilterKernel];
