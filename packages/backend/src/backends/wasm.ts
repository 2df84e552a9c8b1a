/** The backend `wasm`: XNNPACK as WebAssembly, completed for training by the kernels of `../wasm`. Runs everywhere. */

import { backend, env } from '@tensorflow/tfjs-core';
import { activate, type Backend } from '../backend.ts';
import type { Environment } from '../environment.ts';
import { type Allocator, refuseWhenFull } from '../wasm/full-heap.ts';

export const wasm: Backend = {
  async start(environment, { wasmPaths }) {
    const { getThreadsCount, setWasmPaths, version_wasm } = await import('@tensorflow/tfjs-backend-wasm');
    const { registerWasmKernels } = await import('../wasm/register-kernels.ts');
    if (wasmPaths !== undefined) setWasmPaths(wasmPaths);
    registerWasmKernels();
    await withoutProcessListeners(environment, () => activate('wasm'));
    refuseWhenFull((backend() as unknown as { readonly wasm: Allocator }).wasm);
    return {
      tfjsName: 'wasm',
      version: version_wasm,
      threads: getThreadsCount(),
      instructionSet: env().get('WASM_HAS_SIMD_SUPPORT') ? 'simd128' : 'scalar',
    };
  },
};

/** Events of a Node process on which the compiled module puts listeners that throw again, so that Node exits with code 7. */
const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** Runs `start` and removes the listeners that it put on the process: errors of an application are not the backend's. */
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
