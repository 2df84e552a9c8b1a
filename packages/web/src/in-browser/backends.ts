/** The backends of browsers, the fastest first: a graphics card by WebGPU or WebGL, else WebAssembly. Each comes only when it is tried. */

import { selectBackend } from '@t2i/backend';
import { BackendError, errorMessage, T2iError } from '@t2i/core';
import wasmUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';
import { BACKEND_NAMES, type BrowserBackend } from './messages.ts';

/** As much of WebGPU as is used here: TypeScript's own description of browsers does not have it yet. */
interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<Adapter | null>;
}
interface Adapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
}

/** Renderers that are programs: slower than WebAssembly, so they are used only when asked for. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render|microsoft basic/i;

/** It asks for an address of all three, of which the last is never loaded. */
const WASM_PATHS = {
  'tfjs-backend-wasm.wasm': wasmUrl,
  'tfjs-backend-wasm-simd.wasm': simdUrl,
  'tfjs-backend-wasm-threaded-simd.wasm': simdUrl,
};

/** Each rejects, in words, where it cannot be used. `asked`: somebody wants this one, a program in a card's place too. */
const START: Record<BrowserBackend, (asked: boolean) => Promise<string>> = {
  webgpu: async (asked) => {
    const { gpu } = navigator as { gpu?: Gpu };
    const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) throw new BackendError('This browser gives no graphics card by WebGPU.');
    const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
    refuseSoftware(asked, isFallbackAdapter ? 'software' : `${vendor} ${architecture} ${description}`);
    await import('@tensorflow/tfjs-backend-webgpu');
    await selectBackend({ prefer: 'webgpu', software: asked }); // corrects what it computes wrongly
    return 'WebGPU';
  },
  webgl: async (asked) => {
    refuseSoftware(asked, webglRenderer());
    await import('@tensorflow/tfjs-backend-webgl');
    await use('webgl');
    return 'WebGL';
  },
  wasm: async () => {
    await import('@tensorflow/tfjs-backend-wasm'); // registers the flag
    // Threads need headers that servers of files seldom send.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    await selectBackend({ prefer: 'wasm', wasmPaths: WASM_PATHS });
    return 'WebAssembly';
  },
};

/**
 * Tries the backend asked for, or one after the other: starts it and lets `work` be done on it.
 * @returns what `work` gave, and the backend's name for people
 * @throws BackendError that says of each why it does not work; other errors of these packages are not a backend's fault
 */
export async function onFirstBackend<T>(
  wanted: BrowserBackend | undefined,
  work: () => Promise<T>,
): Promise<{ backend: string; result: T }> {
  const refusals: string[] = [];
  for (const name of wanted === undefined ? BACKEND_NAMES : [wanted]) {
    try {
      const backend = await START[name](wanted !== undefined);
      return { backend, result: await work() };
    } catch (error) {
      if (T2iError.isInstance(error) && !BackendError.isInstance(error)) throw error;
      refusals.push(`${name}: ${errorMessage(error)}`);
    }
  }
  throw new BackendError(`This browser cannot draw. ${refusals.join(' ')}`, {
    hint: 'Try a recent version of Chrome, Edge, Firefox or Safari.',
  });
}

async function use(backend: string): Promise<void> {
  if (await tf.setBackend(backend)) return;
  throw new BackendError(`TensorFlow.js cannot start ${backend} here.`);
}

function refuseSoftware(asked: boolean, renderer: string): void {
  if (!asked && SOFTWARE.test(renderer)) {
    throw new BackendError(`There is no graphics card behind it, only a program (${renderer.trim()}).`);
  }
}

/** What draws for WebGL, as far as the browser tells. */
function webglRenderer(): string {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (gl === null) throw new BackendError('This browser has no WebGL 2.');
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(names?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return renderer;
}
