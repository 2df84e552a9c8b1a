/** Importing this registers the tfjs backend `native` if its compiled kernels can be loaded. */

import { registerBackend } from '@tensorflow/tfjs-core';
import { isNativeAvailable } from './binding.ts';
import { BACKEND_NAME } from './kernel.ts';
import { NativeBackend } from './native-backend.ts';
import { registerKernels } from './register-kernels.ts';

export type { NativeStatus } from './binding.ts';
export { isNativeAvailable, nativeStatus, usableInstructionSets } from './binding.ts';
export { NativeBackend } from './native-backend.ts';

/** Above cpu (1) and wasm (2). */
const PRIORITY = 3;

if (isNativeAvailable()) {
  registerKernels();
  registerBackend(BACKEND_NAME, () => new NativeBackend(), PRIORITY);
}
