/** `AddN`: the backend's program reads all tensors at once, which fails for eight or more. Adds them in groups. */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuKernel } from './kernel.ts';

/** Maximum number of tensors that one program reads: every card offers eight storage buffers (WebGPU's default limit), and one holds the result. */
const MOST = 7;

/** Wraps the backend's `AddN`. */
export function addN(original: WebgpuKernel<TensorInfo[]>): WebgpuKernel<TensorInfo[]> {
  return ({ inputs, attrs, backend }) => {
    const add = (tensors: TensorInfo[]) => original({ inputs: tensors, attrs, backend });
    let sum = add(inputs.slice(0, MOST));
    for (let next = MOST; next < inputs.length; next += MOST - 1) {
      const before = sum;
      sum = add([before, ...inputs.slice(next, next + MOST - 1)]);
      backend.disposeData(before.dataId);
    }
    return sum;
  };
}
