/** The advice of the cpu backend to install tfjs-node, printed at its first tensor in Node: whoever chose cpu has read our reason. */

import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';

/** Marks the backend as used, so that it prints nothing. Returns it. */
export function silenceBanner(backend: MathBackendCPU): MathBackendCPU {
  return Object.assign(backend, { firstUse: false });
}
