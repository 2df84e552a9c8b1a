/** Puts corrected kernels in the place of some of the engine's own, and adds the fused ones. */

import { AddN, BatchMatMul, Bincount, Prod } from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';
import { addN } from './add-n.ts';
import { bincount } from './bincount.ts';
import { registerFusedKernels } from './fused/register.ts';
import { WEBGPU } from './kernel.ts';
import { batchMatMul } from './mat-mul.ts';
import { prod } from './prod.ts';

let registered = false;

/** Registers them, once. Needs `@tensorflow/tfjs-backend-webgpu` loaded. */
export function registerWebgpuKernels(): void {
  if (registered) return;
  registered = true;
  replaceKernel(WEBGPU, AddN, addN);
  replaceKernel(WEBGPU, BatchMatMul, batchMatMul);
  replaceKernel(WEBGPU, Bincount, bincount);
  replaceKernel(WEBGPU, Prod, prod);
  registerFusedKernels();
}
