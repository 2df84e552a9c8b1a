/** The engine `webgpu`: in a browser its own, in Node that of Dawn (npm package `webgpu`). */

import { BackendError, errorMessage } from '@t2i/core';
import { findBackendFactory } from '@tensorflow/tfjs-core';
import { activate, type Engine } from '../engine.ts';
import { type Environment, loadOptional } from '../environment.ts';

const PACKAGE = '@tensorflow/tfjs-backend-webgpu';

/** As much of the WebGPU interface as is used here. */
interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<Adapter | null>;
}
interface Adapter {
  readonly info?: { readonly vendor?: string; readonly architecture?: string; readonly description?: string };
}
interface DawnModule {
  create(options: string[]): Gpu;
  readonly globals: object;
}
interface WebgpuModule {
  readonly version_webgpu?: string;
}

export const webgpu: Engine = {
  async start(environment) {
    const gpu = await gpuOf(environment);
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch((error: unknown) => {
      throw new BackendError(`WebGPU does not start: ${errorMessage(error)}`, { cause: error });
    });
    if (adapter === null) {
      throw new BackendError('WebGPU finds no graphics card that it can use.', {
        hint: 'It needs a driver for Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS); or choose another engine.',
      });
    }
    const version = await loadBackend(environment);
    await activate('webgpu');
    const { description, vendor, architecture } = adapter.info ?? {};
    const name = description || [vendor, architecture].filter(Boolean).join(' ');
    return { tfjsName: 'webgpu', ...(version !== undefined && { version }), ...(name && { adapter: name }) };
  },
};

/** The page's WebGPU, or Dawn's, which then is `navigator.gpu` as in a page: tfjs looks for it there. */
async function gpuOf(environment: Environment): Promise<Gpu> {
  const scope = globalThis as { navigator?: { gpu?: Gpu } };
  if (scope.navigator?.gpu !== undefined) return scope.navigator.gpu;
  if (!environment.isNode) {
    throw new BackendError('This browser has no WebGPU, or the page is not a secure context.', {
      hint: 'Serve the page over https or from localhost, in a browser with WebGPU; or choose the engine wasm.',
    });
  }
  const hint = `Install both: npm install webgpu ${PACKAGE}`;
  const dawn = await loadOptional<DawnModule>(environment, 'webgpu', hint);
  Object.assign(globalThis, dawn.globals);
  if (scope.navigator === undefined) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  const gpu = dawn.create([]);
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
  return gpu;
}

/** A page that imported the backend itself (a bundler cannot follow our import) needs no second copy. */
async function loadBackend(environment: Environment): Promise<string | undefined> {
  if (findBackendFactory('webgpu') != null) return undefined;
  const hint = environment.isNode
    ? `Install it: npm install ${PACKAGE}`
    : `Install it (npm install ${PACKAGE}) and import it in your page before choosing the engine.`;
  return (await loadOptional<WebgpuModule>(environment, PACKAGE, hint)).version_webgpu;
}
