/** Fakes of Dawn, of `navigator.gpu` and of the WebGPU backend of TensorFlow.js, for tests without a graphics card. */

import { silenceBanner } from '@t2i/backend-utils';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgpu'; // its kernels

/** Dawn with one adapter, or without any (`null`). `names` are the names that it lists. */
export function dawnOn(info: object | null, names: readonly string[] = []) {
  const flags: string[] = [];
  const create = (wanted: readonly string[] = []) => {
    flags.push(...wanted);
    return {
      async requestAdapter(): Promise<{ info: object } | null> {
        const [name] = wanted.map((flag) => flag.replace('adapter=', ''));
        if (name === undefined || names.includes(name)) return info && { info };
        if (info === null) return null;
        const list = names.map((name) => ` * backend: 'vulkan', name: '${name}'`).join('\n');
        throw new Error(`no suitable backends found\nAvailable adapters:\n${list}\n`);
      },
    };
  };
  return { create, globals: { GPUBufferUsage: {} }, flags };
}

/** The cpu backend with the interface of the WebGPU backend. `fail` reports an error of the device. */
export function webgpuStandIn() {
  const listeners: ((event: object) => void)[] = [];
  const device = {
    addEventListener: (_: string, listener: (event: object) => void) => listeners.push(listener),
    lost: new Promise<never>(() => {}),
  };
  return Object.assign(silenceBanner(new MathBackendCPU()), {
    device,
    runWebGPUProgram: () => ({}),
    recordAndSubmit() {},
    uploadToGPU() {},
    bufferManager: { releaseBuffer() {}, freeBuffers: new Map() },
    convertAndCacheOnCPU: () => ({}),
    fail(message: string) {
      for (const listener of listeners) listener({ error: { message }, preventDefault() {} });
    },
  });
}

const navigatorBefore = Object.getOwnPropertyDescriptor(globalThis, 'navigator');

/** Sets `navigator.gpu`, as in a page with WebGPU. */
export function setPagesGpu(gpu: object): void {
  if (globalThis.navigator === undefined)
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
}

/** Undoes what starting WebGPU did to the global scope. */
export function removeGpu(): void {
  Reflect.deleteProperty(globalThis, 'GPUBufferUsage');
  Reflect.deleteProperty(globalThis.navigator ?? {}, 'gpu');
  if (navigatorBefore === undefined) Reflect.deleteProperty(globalThis, 'navigator');
}
