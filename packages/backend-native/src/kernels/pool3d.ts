/** The gradient of the 3-D average. The cpu backend divides by the whole window, padding included; its average does not. */

import type { AvgPool3DGradAttrs, AvgPool3DGradInputs, KernelConfig } from '@tensorflow/tfjs-core';
import { AvgPool3DGrad, backend_util } from '@tensorflow/tfjs-core';
import { callCpuKernel, defineKernel, type RuleCall } from '../kernel.ts';
import { checkRank, checkShape } from '../sizes.ts';
import { checkConv3D } from './inherited.ts';

type Info = backend_util.Conv3DInfo;

function poolInfo(shape: number[], { filterSize, strides, pad, dimRoundingMode }: AvgPool3DGradAttrs): Info {
  checkRank('x', shape, 5);
  const info = backend_util.computePool3DInfo(shape as never, filterSize, strides, 1, pad, dimRoundingMode, 'NDHWC');
  checkConv3D(info);
  return info;
}

/** The number of elements of each window along one axis that lie in the image. */
function countsAlong(inSize: number, outSize: number, window: number, stride: number, before: number): number[] {
  return Array.from({ length: outSize }, (_, output) => {
    const first = output * stride - before;
    return Math.max(0, Math.min(inSize, first + window) - Math.max(0, first));
  });
}

/** dy · (elements of the whole window / elements in the image), which the inherited kernel divides. */
function scaled(dy: Float32Array, to: Float32Array, info: Info): void {
  const { front, top, left } = info.padInfo;
  const depths = countsAlong(info.inDepth, info.outDepth, info.filterDepth, info.strideDepth, front);
  const rows = countsAlong(info.inHeight, info.outHeight, info.filterHeight, info.strideHeight, top);
  const columns = countsAlong(info.inWidth, info.outWidth, info.filterWidth, info.strideWidth, left);
  const whole = info.filterDepth * info.filterHeight * info.filterWidth;
  for (let n = 0, i = 0; n < info.batchSize; n++)
    for (const depth of depths)
      for (const row of rows)
        for (const column of columns) {
          const count = depth * row * column;
          for (let c = 0; c < info.inChannels; c++, i++) to[i] = count === 0 ? 0 : (dy[i]! * whole) / count;
        }
}

function gradientRule({ inputs, attrs }: RuleCall<AvgPool3DGradInputs, AvgPool3DGradAttrs>): Info {
  const info = poolInfo(inputs.input.shape, attrs);
  checkShape('dy', inputs.dy, info.outShape);
  return info;
}

const averageGradKernel = defineKernel(AvgPool3DGrad, gradientRule, (call) => {
  const { inputs, backend, plan } = call;
  const dy = backend.allocate(inputs.dy.shape, 'float32');
  scaled(backend.floats(inputs.dy), backend.floats(dy), plan);
  const dx = callCpuKernel(AvgPool3DGrad, { ...call, inputs: { ...inputs, dy } });
  backend.disposeIntermediateTensorInfo(dy);
  return dx;
});

export const POOL_3D_KERNELS: readonly KernelConfig[] = [averageGradKernel];
