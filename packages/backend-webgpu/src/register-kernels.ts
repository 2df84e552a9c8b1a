/** Replaces some of the backend's kernels by corrected or faster ones, and adds the fused ones. */

import { replaceKernel } from '@t2i/backend-utils';
import {
  AddN,
  BatchMatMul,
  Bincount,
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  Prod,
} from '@tensorflow/tfjs-core';
import { addN } from './add-n.ts';
import { bincount } from './bincount.ts';
import { filterGradient } from './convolution/filter-gradient.ts';
import { inputGradient } from './convolution/input-gradient.ts';
import { convolutionToSmallImages } from './convolution/small-images.ts';
import { registerFusedKernels } from './fused/register.ts';
import { WEBGPU } from './kernel.ts';
import { batchMatMul } from './mat-mul.ts';
import { prod } from './prod.ts';

let registered = false;

/** Registers them, once. `@tensorflow/tfjs-backend-webgpu` must be loaded. */
export function registerWebgpuKernels(): void {
  if (registered) return;
  registered = true;
  replaceKernel(WEBGPU, AddN, addN);
  replaceKernel(WEBGPU, BatchMatMul, batchMatMul);
  replaceKernel(WEBGPU, Bincount, bincount);
  replaceKernel(WEBGPU, Conv2D, convolutionToSmallImages);
  replaceKernel(WEBGPU, Conv2DBackpropFilter, filterGradient);
  replaceKernel(WEBGPU, Conv2DBackpropInput, inputGradient);
  replaceKernel(WEBGPU, Prod, prod);
  registerFusedKernels();
}
