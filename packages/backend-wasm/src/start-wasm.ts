/** Starts the backend `wasm`: XNNPACK as WebAssembly, with the kernels of this package, which training needs. Runs everywhere. */

import { activate, type BackendFacts, type Environment, environment as here } from '@t2i/backend-utils';
import { getThreadsCount, setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { backend, env } from '@tensorflow/tfjs-core';
import { type Allocator, refuseWhenFull } from './full-heap.ts';
import { registerWasmKernels } from './register-kernels.ts';

/** Location of the files `tfjs-backend-wasm*.wasm`: a directory or URL with a final slash, or one address for each file. */
export type WasmPaths = string | Readonly<Record<string, string>>;

export interface WasmOptions {
  /** Default: beside the JavaScript. Bundled programs and pages must set it. */
  readonly wasmPaths?: WasmPaths;
  /** Whether `wasm` may use several threads in a browser; default true. They need cross-origin isolation. In Node it uses one. */
  readonly wasmThreads?: boolean;
}

/** Starts the backend and makes it the current one of TensorFlow.js. */
export async function startWasm(
  { wasmPaths, wasmThreads = true }: WasmOptions = {},
  environment: Environment = here,
): Promise<BackendFacts> {
  if (wasmPaths !== undefined) setWasmPaths(wasmPaths);
  if (!wasmThreads) env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  registerWasmKernels();
  await withoutProcessListeners(environment, () => activate('wasm'));
  refuseWhenFull((backend() as unknown as { readonly wasm: Allocator }).wasm);
  return {
    tfjsName: 'wasm',
    version: version_wasm,
    threads: getThreadsCount(),
    instructionSet: env().get('WASM_HAS_SIMD_SUPPORT') ? 'simd128' : 'scalar',
  };
}

/** On these events of a Node process the compiled module installs listeners that throw again, so that Node exits with code 7. */
const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** Runs `start` and removes the listeners that it installed: errors of an application are not the backend's. */
async function withoutProcessListeners({ isNode }: Environment, start: () => Promise<void>): Promise<void> {
  if (!isNode) return start();
  const before = new Set<unknown>(EVENTS.flatMap((event) => process.listeners(event as 'uncaughtException')));
  await start();
  for (const event of EVENTS) {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!before.has(listener)) process.removeListener(event, listener);
    }
  }
}
