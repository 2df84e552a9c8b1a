/** Gives the backend its kernels: the native ones, and every other one of the cpu backend as it is. */

import '@tensorflow/tfjs-backend-cpu';
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { getKernelsForBackend, registerKernel } from '@tensorflow/tfjs-core';
import { BACKEND_NAME } from './kernel.ts';
import { batchMatMulKernel, fusedMatMulKernel } from './kernels/mat-mul.ts';

const NATIVE_KERNELS: readonly KernelConfig[] = [batchMatMulKernel, fusedMatMulKernel];

/** Registers all kernels under the name of this backend. Call once. */
export function registerKernels(): void {
  const kernels = new Map<string, KernelConfig>();
  for (const inherited of getKernelsForBackend('cpu')) {
    kernels.set(inherited.kernelName, { ...inherited, backendName: BACKEND_NAME });
  }
  for (const kernel of NATIVE_KERNELS) kernels.set(kernel.kernelName, kernel);
  for (const kernel of kernels.values()) registerKernel(kernel);
}
