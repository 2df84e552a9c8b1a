/** How kernels of this package are written for the `wasm` backend, and how they call its own kernels. */

import { replaceKernel as replaceKernelOf } from '@t2i/backend-utils';
import { assert } from '@t2i/core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { KernelFunc, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { getKernel, registerKernel } from '@tensorflow/tfjs-core';

/** The name under which tfjs knows the backend. */
export const WASM = 'wasm';

/** What a kernel is called with; `Inputs` and `Attrs` are the types that tfjs-core declares for it (each input possibly undefined). */
export interface KernelCall<Inputs, Attrs = object> {
  readonly inputs: { readonly [name in keyof Inputs]: Exclude<Inputs[name], undefined> };
  readonly attrs: Attrs;
  readonly backend: BackendWasm;
}

/** A kernel with one output. */
export type Kernel<Inputs, Attrs = object> = (call: KernelCall<Inputs, Attrs>) => TensorInfo;

/** Adds a kernel that the backend lacks. */
export function addKernel<Inputs, Attrs>(kernelName: string, kernel: Kernel<Inputs, Attrs>): void {
  registerKernel({ kernelName, backendName: WASM, kernelFunc: kernel as unknown as KernelFunc });
}

/** Puts a kernel in the place of the backend's own, which it may still call where it does not apply. */
export function replaceKernel<Inputs, Attrs>(
  kernelName: string,
  replacement: (original: Kernel<Inputs, Attrs>) => Kernel<Inputs, Attrs>,
): void {
  replaceKernelOf(WASM, kernelName, replacement);
}

/** Runs a kernel of the backend from inside another. The result is the caller's to `free`; tfjs does not see it. */
export function run(backend: BackendWasm, name: string, inputs: NamedTensorInfoMap, attrs: object = {}): TensorInfo {
  const kernel = getKernel(name, WASM);
  assert(kernel != null, `the wasm backend has no kernel ${name}`);
  return kernel.kernelFunc({ inputs, attrs: attrs as NamedAttrMap, backend }) as TensorInfo;
}

/** Gives memory of intermediates back to the wasm heap. */
export function free(backend: BackendWasm, ...tensors: readonly TensorInfo[]): void {
  for (const { dataId } of tensors) backend.disposeData(dataId);
}

/** The same memory under another shape: valid as long as `x`, and not to be freed. */
export function viewAs(x: TensorInfo, shape: number[]): TensorInfo {
  return { dataId: x.dataId, dtype: x.dtype, shape };
}

/** The elements of a float32 tensor in place. Any allocation may move the heap, so take views after the last one. */
export function floatsOf(backend: BackendWasm, x: TensorInfo): Float32Array {
  assert(x.dtype === 'float32', `expected float32, got ${x.dtype}`);
  return backend.typedArrayFromHeap(x) as Float32Array;
}
