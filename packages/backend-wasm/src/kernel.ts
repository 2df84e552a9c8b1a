/** Helpers to write kernels of this package for the `wasm` backend and to call the backend's own kernels. */

import { replaceKernel as replaceKernelOf } from '@t2i/backend-utils';
import { assert } from '@t2i/core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { KernelFunc, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { getKernel, registerKernel } from '@tensorflow/tfjs-core';

/** The name of the backend in tfjs. */
export const WASM = 'wasm';

/** The arguments of a kernel; `Inputs` and `Attrs` are the types that tfjs-core declares for it (each input possibly undefined). */
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

/** Replaces the backend's own kernel by another, which may still call it. */
export function replaceKernel<Inputs, Attrs>(
  kernelName: string,
  replacement: (original: Kernel<Inputs, Attrs>) => Kernel<Inputs, Attrs>,
): void {
  replaceKernelOf(WASM, kernelName, replacement);
}

/** Runs a kernel of the backend inside another kernel. The caller has to `free` the result, which tfjs does not see. */
export function run(backend: BackendWasm, name: string, inputs: NamedTensorInfoMap, attrs: object = {}): TensorInfo {
  const kernel = getKernel(name, WASM);
  assert(kernel != null, `the wasm backend has no kernel ${name}`);
  return kernel.kernelFunc({ inputs, attrs: attrs as NamedAttrMap, backend }) as TensorInfo;
}

/** Returns the memory of intermediates to the wasm heap. */
export function free(backend: BackendWasm, ...tensors: readonly TensorInfo[]): void {
  for (const { dataId } of tensors) backend.disposeData(dataId);
}

/** The same memory with another shape: valid as long as `x`, and must not be freed. */
export function viewAs(x: TensorInfo, shape: number[]): TensorInfo {
  return { dataId: x.dataId, dtype: x.dtype, shape };
}

/** The elements of a float32 tensor in place. Any allocation may move the heap, so take views after the last one. */
export function floatsOf(backend: BackendWasm, x: TensorInfo): Float32Array {
  assert(x.dtype === 'float32', `expected float32, got ${x.dtype}`);
  return backend.typedArrayFromHeap(x) as Float32Array;
}
