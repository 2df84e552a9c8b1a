/** In Node the cpu backend prints advice to install tfjs-node with its first tensor. `@t2i/backend` gives its own reasons instead. */

import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';

/** Marks the backend as used, so that it prints nothing. Returns the backend. */
export function silenceBanner(backend: MathBackendCPU): MathBackendCPU {
  return Object.assign(backend, { firstUse: false });
}
