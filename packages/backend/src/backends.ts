/** All backends by name. */

import type { StartBackend } from '@t2i/backend-utils';
import type { WasmOptions } from '@t2i/backend-wasm';
import type { WebgpuOptions } from '@t2i/backend-webgpu';
import { startCpu } from './backends/cpu.ts';
import { type NativeOptions, startNative } from './backends/native.ts';
import { startTensorflow } from './backends/tensorflow.ts';
import { startWebgl, type WebglOptions } from './backends/webgl.ts';

/** The options of all backends. Each backend reads its own. */
export interface BackendOptions extends NativeOptions, WasmOptions, WebgpuOptions, WebglOptions {}

/** How each backend starts. A backend's package is loaded when the backend is tried. */
const START = {
  native: startNative,
  'node-gpu': (_, environment) => startTensorflow('node-gpu', environment),
  node: (_, environment) => startTensorflow('node', environment),
  webgpu: async (options, environment) => (await import('@t2i/backend-webgpu')).startWebgpu(options, environment),
  webgl: startWebgl,
  wasm: async (options, environment) => (await import('@t2i/backend-wasm')).startWasm(options, environment),
  cpu: startCpu,
} satisfies Readonly<Record<string, StartBackend<BackendOptions>>>;

/** The backends of TensorFlow.js that `@t2i` knows, by our names. */
export type BackendName = keyof typeof START;

export const BACKENDS: Readonly<Record<BackendName, StartBackend<BackendOptions>>> = START;

/** The backends that can run in Node. */
export const NODE_BACKENDS = ['native', 'node-gpu', 'node', 'webgpu', 'wasm', 'cpu'] as const satisfies BackendName[];

/** The backends that can run in a browser, in the order in which they are tried. */
export const BROWSER_BACKENDS = ['webgpu', 'webgl', 'wasm', 'cpu'] as const satisfies BackendName[];
export type BrowserBackend = (typeof BROWSER_BACKENDS)[number];
