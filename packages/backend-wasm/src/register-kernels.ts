/** Completes the `wasm` backend for training: missing kernels, and faster or corrected versions of existing ones. */

import type { Conv2DAttrs, Conv2DInputs, FusedConv2DAttrs, FusedConv2DInputs } from '@tensorflow/tfjs-core';
import {
  _FusedMatMul,
  BatchMatMul,
  Cast,
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  FusedConv2D,
  getKernel,
  Identity,
  LeakyRelu,
  MaxPoolGrad,
  Mean,
  Sum,
  UnsortedSegmentSum,
} from '@tensorflow/tfjs-core';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.ts';
import { conv2dBackpropInput } from './conv2d-backprop-input.ts';
import { withSafePadding } from './convolution.ts';
import { cpuKernel } from './cpu-fallback.ts';
import { addKernel, replaceKernel, WASM } from './kernel.ts';
import { batchMatMul, fusedMatMul } from './mat-mul.ts';
import { maxPoolGrad } from './max-pool-grad.ts';
import { cast, identity, leakyRelu } from './pointwise.ts';
import { mean, sum } from './reduce.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';

/** Registers all of them, once. `@tensorflow/tfjs-backend-wasm` must be loaded and its backend not yet in use. */
export function registerWasmKernels(): void {
  if (getKernel(Conv2DBackpropFilter, WASM) != null) return;
  addKernel(Conv2DBackpropFilter, conv2dBackpropFilter);
  addKernel(UnsortedSegmentSum, unsortedSegmentSum);
  for (const name of [DepthwiseConv2dNativeBackpropFilter, DepthwiseConv2dNativeBackpropInput]) {
    addKernel(name, cpuKernel(name));
  }
  replaceKernel(Conv2D, withSafePadding<Conv2DInputs, Conv2DAttrs>);
  replaceKernel(FusedConv2D, withSafePadding<FusedConv2DInputs, FusedConv2DAttrs>);
  replaceKernel(Conv2DBackpropInput, conv2dBackpropInput);
  replaceKernel(BatchMatMul, batchMatMul);
  replaceKernel(_FusedMatMul, fusedMatMul);
  replaceKernel(Sum, sum);
  replaceKernel(Mean, mean);
  replaceKernel(MaxPoolGrad, () => maxPoolGrad);
  replaceKernel(LeakyRelu, leakyRelu);
  replaceKernel(Identity, identity);
  replaceKernel(Cast, cast);
}
