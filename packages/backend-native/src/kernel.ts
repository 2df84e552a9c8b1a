/** How a kernel of this backend is written down. */

import { assert } from '@t2i/core';
import type { KernelConfig, KernelFunc, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { getKernel } from '@tensorflow/tfjs-core';
import type { NativeBackend } from './native-backend.ts';

/** The name under which the backend is registered with tfjs. */
export const BACKEND_NAME = 'native';

/** tfjs-core declares every input as possibly undefined; only those with a question mark really are. */
type Present<Inputs> = { readonly [Name in keyof Inputs]: NonNullable<Inputs[Name]> };

/** What a kernel is called with; `Inputs` and `Attrs` are the types that tfjs-core declares for it. */
export interface KernelCall<Inputs, Attrs = object> {
  readonly inputs: Present<Inputs>;
  readonly attrs: Attrs;
  readonly backend: NativeBackend;
}

/** A kernel for {@link registerKernels}: `name` as tfjs-core spells it. */
export function defineKernel<Inputs, Attrs = object>(
  name: string,
  compute: (call: KernelCall<Inputs, Attrs>) => TensorInfo | TensorInfo[],
): KernelConfig {
  return { kernelName: name, backendName: BACKEND_NAME, kernelFunc: compute as unknown as KernelFunc };
}

/** Runs the cpu backend's kernel of this name on our backend: for dtypes and options too rare to be native. */
export function callCpuKernel(name: string, call: KernelCall<unknown, unknown>): TensorInfo | TensorInfo[] {
  const kernel = getKernel(name, 'cpu');
  assert(kernel !== undefined && kernel !== null, `the cpu backend has no kernel "${name}"`);
  return kernel.kernelFunc({
    inputs: call.inputs as NamedTensorInfoMap,
    attrs: call.attrs as NamedAttrMap,
    backend: call.backend,
  });
}
