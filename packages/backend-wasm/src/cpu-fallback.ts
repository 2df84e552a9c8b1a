/**
 * Kernels of the `cpu` backend as kernels of `wasm`: inputs are copied out of the wasm heap, the result is copied in.
 * For kernels that training can need and the wasm build lacks, but which are too rare here to be worth a fast version.
 */

import { silenceBanner } from '@t2i/backend-utils';
import { assert } from '@t2i/core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { getKernel } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.ts';

/** The kernel `name` of the cpu backend, for numeric tensors. */
export function cpuKernel(name: string): Kernel<NamedTensorInfoMap, NamedAttrMap> {
  return ({ inputs, attrs, backend }) => {
    const kernel = getKernel(name, 'cpu');
    assert(kernel != null, `the cpu backend has no kernel ${name}`);
    const cpu = silenceBanner(new MathBackendCPU());
    const copies: Record<string, TensorInfo> = {};
    for (const [key, { shape, dtype, dataId }] of Object.entries(inputs as Record<string, TensorInfo>)) {
      copies[key] = cpu.makeTensorInfo(shape, dtype, backend.readSync(dataId));
    }
    const { shape, dtype, dataId } = kernel.kernelFunc({ inputs: copies, attrs, backend: cpu }) as TensorInfo;
    return backend.makeOutput(shape, dtype, undefined, cpu.readSync(dataId)); // `cpu` frees the rest
  };
}
