/** Replaces kernels that a backend has registered with TensorFlow.js. */

import { assert } from '@t2i/core';
import type { KernelFunc } from '@tensorflow/tfjs-core';
import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';

/** Replaces a kernel of a backend. The replacement receives the original and may call it. */
export function replaceKernel<K>(backendName: string, kernelName: string, replacement: (original: K) => K): void {
  const config = getKernel(kernelName, backendName);
  assert(config != null, `the ${backendName} backend has no kernel ${kernelName} to replace`);
  unregisterKernel(kernelName, backendName);
  // the other members stay: `setupFunc` of wasm binds the original to the compiled module when the backend starts
  const kernelFunc = replacement(config.kernelFunc as unknown as K) as unknown as KernelFunc;
  registerKernel({ ...config, kernelFunc });
}
