/** Corrects the mistakes of `@tensorflow/tfjs-backend-webgpu` 4.22 (docs/upstream has the reports), and makes it faster. */

import { correctPrograms, type ProgramRunner } from './correct-programs.ts';
import { keyByLength } from './cumulative.ts';
import { type DeviceErrors, refuseAfterErrors } from './device-errors.ts';
import { type Reader, readBeyondDisposal } from './late-reads.ts';
import { keepNaN } from './not-a-number.ts';
import { type Recorder, recordQuickly } from './recording.ts';
import { registerWebgpuKernels } from './register-kernels.ts';
import { readTransposedByElement } from './split-inner.ts';
import { type Uploader, uploadThroughQueue } from './uploads.ts';

/** The part of the backend's interface that this package uses. */
export type WebgpuBackend = DeviceErrors & ProgramRunner & Reader & Recorder & Uploader;

const corrected = new WeakSet<object>();

/** Applied once to every instance of the backend. */
export function correctBackend(backend: WebgpuBackend): void {
  if (corrected.has(backend)) return;
  corrected.add(backend);
  registerWebgpuKernels();
  correctPrograms(backend, [readTransposedByElement, keyByLength, keepNaN]);
  readBeyondDisposal(backend);
  recordQuickly(backend);
  uploadThroughQueue(backend);
  refuseAfterErrors(backend);
}
