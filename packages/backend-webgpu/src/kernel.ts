/** Helpers to write kernels of this package for the `webgpu` backend. */

import type { TensorInfo } from '@tensorflow/tfjs-core';

/** The name of the backend in tfjs. */
export const WEBGPU = 'webgpu';

/** A kernel with one output; `Inputs` and `Attrs` are the types that tfjs-core declares for it (each input possibly undefined). */
export type WebgpuKernel<Inputs, Attrs = object> = (call: {
  readonly inputs: { readonly [name in keyof Inputs]: Exclude<Inputs[name], undefined> };
  readonly attrs: Attrs;
  readonly backend: { disposeData(dataId: object): boolean };
}) => TensorInfo;
