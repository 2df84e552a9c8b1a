/** `Round` of the backend `tensorflow`: TensorFlow 2.21 rounds integers to 0. */

import { replaceKernel } from '@t2i/backend-utils';
import { getKernel, Identity, type KernelFunc, Round, type TensorInfo } from '@tensorflow/tfjs-core';

const corrected = new WeakSet<KernelFunc>();

/** Returns integers as they are. A second call, or one for a backend without the kernel, does nothing. */
export function correctRound(backendName: string): void {
  const present = getKernel(Round, backendName)?.kernelFunc;
  if (present === undefined || corrected.has(present)) return;
  replaceKernel<KernelFunc>(backendName, Round, (original) => {
    const round: KernelFunc = (call) => {
      const isInteger = (call.inputs as { x: TensorInfo }).x.dtype === 'int32';
      return isInteger ? getKernel(Identity, backendName)!.kernelFunc(call) : original(call);
    };
    corrected.add(round);
    return round;
  });
}
