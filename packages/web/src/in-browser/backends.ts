/** Selects a backend in the browser. The code of each backend is loaded when the backend is tried. */

import { type BrowserBackend, environment, selectBackendIn } from '@t2i/backend';
import wasmUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';

/** Optional packages of `@t2i/backend`, each as a file of its own. */
const MODULES: Readonly<Record<string, () => Promise<unknown>>> = {
  '@tensorflow/tfjs-backend-webgpu': () => import('@tensorflow/tfjs-backend-webgpu'),
  '@tensorflow/tfjs-backend-webgl': () => import('@tensorflow/tfjs-backend-webgl'),
};

/** The backend requires all three addresses; the last one is never loaded. */
const WASM_PATHS = {
  'tfjs-backend-wasm.wasm': wasmUrl,
  'tfjs-backend-wasm-simd.wasm': simdUrl,
  'tfjs-backend-wasm-threaded-simd.wasm': simdUrl,
};

/** For people. */
const LABELS: Readonly<Record<BrowserBackend, string>> = {
  webgpu: 'WebGPU',
  webgl: 'WebGL',
  wasm: 'WebAssembly',
  cpu: 'JavaScript',
};

/**
 * Runs `work` on the wanted backend, or on the first one on which it succeeds.
 * @returns the result of `work`, and the backend's name for people
 * @throws BackendError with the reason why each backend fails; other errors of these packages are not a backend's fault
 */
export async function onFirstBackend<T>(
  wanted: BrowserBackend | undefined,
  work: () => Promise<T>,
): Promise<{ backend: string; result: T }> {
  const results: T[] = [];
  const { name } = await selectBackendIn(
    { ...environment, importModule: (name) => MODULES[name]!() },
    {
      prefer: wanted ?? 'auto',
      software: wanted !== undefined,
      wasmPaths: WASM_PATHS,
      wasmThreads: false, // they need headers that servers of static files seldom send
      check: async () => {
        results[0] = await work();
      },
    },
  );
  return { backend: LABELS[name as BrowserBackend], result: results[0]! };
}
