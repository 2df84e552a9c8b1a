/** Corrects what `@tensorflow/tfjs-backend-webgpu` 4.22 computes wrongly. docs/upstream has a report on each. */

import { type DeviceErrors, refuseAfterErrors } from './device-errors.ts';
import { registerWebgpuKernels } from './register-kernels.ts';
import { type ProgramRunner, readTransposedByElement } from './split-inner.ts';

/** As much of tfjs's backend as is used here. */
export type WebgpuBackend = DeviceErrors & ProgramRunner;

const corrected = new WeakSet<object>();

/** Once for every instance of the backend. */
export function correctBackend(backend: WebgpuBackend): void {
  if (corrected.has(backend)) return;
  corrected.add(backend);
  registerWebgpuKernels();
  readTransposedByElement(backend);
  refuseAfterErrors(backend);
}
