/** WebGPU without a graphics card: Dawn, `navigator.gpu` and tfjs's backend, as far as the backend looks at them. */

import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgpu'; // its kernels
import { silenceBanner } from '../src/cpu-banner.ts';
import type { AdapterInfo, Gpu } from '../src/webgpu/adapter.ts';

/** Dawn that finds the adapter, under these names; `null`: none. */
export function dawnOn(info: AdapterInfo | null, names: readonly string[] = []) {
  const flags: string[] = [];
  const create = (wanted: readonly string[] = []): Gpu => {
    flags.push(...wanted);
    return {
      async requestAdapter() {
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

/** A device and a cpu backend behind it; `fail` is what the device has to say. */
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

/** Makes it that of the page. */
export function setPagesGpu(gpu: Gpu): void {
  if (globalThis.navigator === undefined)
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
}

/** Everything is as it was before WebGPU was started. */
export function removeGpu(): void {
  Reflect.deleteProperty(globalThis, 'GPUBufferUsage');
  Reflect.deleteProperty(globalThis.navigator ?? {}, 'gpu');
  if (navigatorBefore === undefined) Reflect.deleteProperty(globalThis, 'navigator');
}
