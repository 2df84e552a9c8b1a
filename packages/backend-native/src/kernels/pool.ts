/** 2-D max and average pooling over NHWC, and their gradients. */

import type { AvgPoolAttrs, AvgPoolInputs, KernelConfig, MaxPoolGradInputs } from '@tensorflow/tfjs-core';
import { AvgPool, AvgPoolGrad, backend_util, MaxPool, MaxPoolGrad, util } from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import { callCpuKernel, defineKernel, type RuleCall } from '../kernel.ts';
import { checkRank, checkShape } from '../sizes.ts';
import { checkWindows, geometryOf } from './conv-shape.ts';

/** Max and average pooling, forward and backward, have the same attributes. */
type PoolAttrs = AvgPoolAttrs;
type PoolInfo = backend_util.Conv2DInfo;

export function poolInfo(shape: number[], { filterSize, strides, pad, dimRoundingMode }: PoolAttrs): PoolInfo {
  const dilations = 1;
  checkRank('the input', shape, 4);
  const info = backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  checkWindows(info, 1);
  return info;
}

function poolRule({ inputs, attrs }: RuleCall<AvgPoolInputs, PoolAttrs>): PoolInfo {
  return poolInfo(inputs.x.shape, attrs);
}

type GradInputs = Pick<MaxPoolGradInputs, 'dy' | 'input'>;
function gradientRule({ inputs, attrs }: RuleCall<GradInputs, PoolAttrs>): PoolInfo {
  const info = geometryOf(inputs.dy, attrs, (rounding) => poolInfo(inputs.input.shape, { ...attrs, ...rounding }));
  checkShape('dy', inputs.dy, info.outShape);
  return info;
}

/** In the order in which native/kernels/pool.cc reads them. */
function sizesOf(info: PoolInfo): number[] {
  return [
    info.batchSize,
    info.inHeight,
    info.inWidth,
    info.inChannels,
    info.outHeight,
    info.outWidth,
    info.filterHeight,
    info.filterWidth,
    info.strideHeight,
    info.strideWidth,
    info.padInfo.top,
    info.padInfo.left,
  ];
}

type PoolFunction = (x: Float32Array, out: Float32Array, ...sizes: number[]) => void;

function pooling(kernelName: string, nativeName: string): KernelConfig {
  const compute = nativeFunction<PoolFunction>(nativeName);
  return defineKernel(kernelName, poolRule, (call) => {
    const { inputs, backend, plan: info } = call;
    const { x } = inputs;
    if (x.dtype !== 'float32') return callCpuKernel(kernelName, call);
    const isIdentity =
      info.filterHeight === 1 && info.filterWidth === 1 && util.arraysEqual(info.inShape, info.outShape);
    if (isIdentity) return backend.share(x, x.shape);
    const out = backend.allocate(info.outShape, 'float32');
    compute(backend.floats(x), backend.floats(out), ...sizesOf(info));
    return out;
  });
}

type MaxGradientFunction = (dy: Float32Array, x: Float32Array, dx: Float32Array, ...sizes: number[]) => void;
const maxPoolGradient = nativeFunction<MaxGradientFunction>('maxPoolGradient');
const maxPoolGradKernel = defineKernel(MaxPoolGrad, gradientRule, (call) => {
  const { inputs, backend, plan: info } = call;
  const { dy, input: x } = inputs;
  if (dy.dtype !== 'float32' || x.dtype !== 'float32') return callCpuKernel(MaxPoolGrad, call);
  const dx = backend.allocate(x.shape, 'float32');
  maxPoolGradient(backend.floats(dy), backend.floats(x), backend.floats(dx), ...sizesOf(info));
  return dx;
});

const averagePoolGradient = nativeFunction<PoolFunction>('averagePoolGradient');
const averagePoolGradKernel = defineKernel(AvgPoolGrad, gradientRule, (call) => {
  const { inputs, backend, plan: info } = call;
  const { dy, input: x } = inputs;
  const dx = backend.allocate(x.shape, 'float32');
  averagePoolGradient(backend.floats(dy), backend.floats(dx), ...sizesOf(info));
  return dx;
});

export const POOL_KERNELS: readonly KernelConfig[] = [
  pooling(MaxPool, 'maxPool'),
  pooling(AvgPool, 'averagePool'),
  maxPoolGradKernel,
  averagePoolGradKernel,
];
