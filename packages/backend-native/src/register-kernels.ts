/** Registers the kernels of the backend: the native ones, and all others of the cpu backend behind the same gate. */

import '@tensorflow/tfjs-backend-cpu';
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { getKernelsForBackend, registerKernel } from '@tensorflow/tfjs-core';
import { callCpuKernel, defineKernel } from './kernel.ts';
import { adamKernel } from './kernels/adam.ts';
import { BATCH_NORM_KERNELS } from './kernels/batch-norm.ts';
import { BINARY_KERNELS } from './kernels/binary.ts';
import { CONV_KERNELS } from './kernels/conv2d.ts';
import { FILL_KERNELS } from './kernels/fill.ts';
import { inheritedRule } from './kernels/inherited.ts';
import { INTEGER_KERNELS } from './kernels/integers.ts';
import { MAT_MUL_KERNELS } from './kernels/mat-mul.ts';
import { NORMALIZATION_KERNELS } from './kernels/normalization.ts';
import { POOL_KERNELS } from './kernels/pool.ts';
import { POOL_3D_KERNELS } from './kernels/pool3d.ts';
import { REDUCE_KERNELS } from './kernels/reduce.ts';
import { RESIZE_KERNELS } from './kernels/resize.ts';
import { rmsPropKernel } from './kernels/rms-prop.ts';
import { SHAPE_KERNELS } from './kernels/shape.ts';
import { SLICE_KERNELS } from './kernels/slice.ts';
import { UNARY_KERNELS } from './kernels/unary.ts';
import { weightedSumKernel } from './kernels/weighted-sum.ts';

const NATIVE_KERNELS: readonly KernelConfig[] = [
  adamKernel,
  rmsPropKernel,
  weightedSumKernel,
  ...BATCH_NORM_KERNELS,
  ...BINARY_KERNELS,
  ...CONV_KERNELS,
  ...FILL_KERNELS,
  ...INTEGER_KERNELS,
  ...MAT_MUL_KERNELS,
  ...NORMALIZATION_KERNELS,
  ...POOL_KERNELS,
  ...POOL_3D_KERNELS,
  ...REDUCE_KERNELS,
  ...RESIZE_KERNELS,
  ...SHAPE_KERNELS,
  ...SLICE_KERNELS,
  ...UNARY_KERNELS,
];

/** Registers all kernels under the name of this backend. Call once. */
export function registerKernels(): void {
  const kernels = new Map<string, KernelConfig>();
  for (const { kernelName } of getKernelsForBackend('cpu')) {
    const kernel = defineKernel(kernelName, inheritedRule(kernelName), (call) => callCpuKernel(kernelName, call));
    kernels.set(kernelName, kernel);
  }
  for (const kernel of NATIVE_KERNELS) kernels.set(kernel.kernelName, kernel);
  for (const kernel of kernels.values()) registerKernel(kernel);
}
