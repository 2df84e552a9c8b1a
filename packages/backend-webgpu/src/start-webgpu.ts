/** Starts the backend `webgpu`, corrected, on the WebGPU of a browser or, in Node, of Dawn (npm package `webgpu`). */

import {
  activate,
  type BackendFacts,
  type Environment,
  environment as here,
  type ImportModule,
  loadOptional,
} from '@t2i/backend-utils';
import { BackendError, errorMessage } from '@t2i/core';
import { backend, findBackendFactory } from '@tensorflow/tfjs-core';
import { type Adapter, type Gpu, isSoftware, nameOf } from './adapter.ts';
import { correctBackend, type WebgpuBackend } from './correct-backend.ts';
import { type Dawn, type DawnModule, startDawn } from './dawn.ts';

const PACKAGE = '@tensorflow/tfjs-backend-webgpu';

/** Where tfjs looks for WebGPU. */
const scope = globalThis as { navigator?: { gpu?: Gpu } };

/** The Dawn instance of each `navigator.gpu` that was set here. */
const opened = new WeakMap<Gpu, Dawn>();

export interface WebgpuOptions {
  /** Part of the name of the graphics card to use in Node. Default: the variable T2I_WEBGPU_ADAPTER, otherwise the fastest. */
  readonly adapter?: string;
  /** Whether a software adapter may be used. Default: whether the variable T2I_WEBGPU_SOFTWARE is 1. */
  readonly software?: boolean;
}

/** Optional packages are found from here. Bundlers must not follow this import. */
const importHere: ImportModule = (name) => import(/* @vite-ignore */ /* webpackIgnore: true */ name);

/**
 * Starts the backend and makes it the current one of TensorFlow.js.
 * @throws BackendError when a package or a graphics card is missing; its hint says what to do
 */
export async function startWebgpu(options: WebgpuOptions = {}, environment: Environment = here): Promise<BackendFacts> {
  const wanted = options.adapter ?? (environment.variables.T2I_WEBGPU_ADAPTER || undefined);
  const found = scope.navigator?.gpu;
  const { gpu, adapters } = found
    ? (opened.get(found) ?? { gpu: found, adapters: [] })
    : await open(environment, wanted);
  const { info } = await fastestAdapter(gpu, environment);
  const name = nameOf(info, adapters);
  if (found && wanted !== undefined && !name.toLowerCase().includes(wanted.toLowerCase())) {
    throw new BackendError(`WebGPU already uses ${name}, not "${wanted}".`, {
      hint: 'The adapter can be selected only in Node, and once per process.',
    });
  }
  const software = isSoftware(info, name);
  if (software && !mayBeSoftware(environment, options)) {
    throw new BackendError(`WebGPU finds no graphics card, only a software adapter (${name}).`, {
      hint: 'It is slower than the backend wasm. To use it nevertheless, set T2I_WEBGPU_SOFTWARE=1.',
    });
  }
  if (scope.navigator === undefined) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  if (!found) Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
  await loadBackend(environment);
  await activate('webgpu');
  correctBackend(backend() as unknown as WebgpuBackend);
  return { tfjsName: 'webgpu', adapter: name, software, ...(adapters.length > 0 && { adapters }) };
}

async function open(environment: Environment, wanted: string | undefined): Promise<Dawn> {
  if (!environment.isNode) {
    throw new BackendError('This browser has no WebGPU, or the page is not a secure context.', {
      hint: 'Use a browser with WebGPU and serve the page over https or from localhost, or choose the backend wasm.',
    });
  }
  const module = await loadOptional<DawnModule>(
    environment.importModule ?? importHere,
    'webgpu',
    `Install both: npm install webgpu ${PACKAGE}`,
  );
  Object.assign(globalThis, module.globals);
  const dawn = await startDawn(module, wanted);
  opened.set(dawn.gpu, dawn);
  return dawn;
}

async function fastestAdapter(gpu: Gpu, { isNode }: Environment): Promise<Adapter> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch((error: unknown) => {
    throw new BackendError(`WebGPU cannot start: ${errorMessage(error)}`, { cause: error });
  });
  if (adapter !== null) return adapter;
  throw new BackendError('WebGPU finds no graphics card that it can use.', {
    hint: isNode
      ? "It looks for a driver of Vulkan (Linux: libvulkan.so.1, as in the package libvulkan1, and the card's own, " +
        'as in mesa-vulkan-drivers or in NVIDIA\'s with the capability "graphics"), Direct3D 12 (Windows) or Metal (macOS).'
      : 'Enable hardware acceleration in the browser, or choose another backend.',
  });
}

function mayBeSoftware({ variables }: Environment, { software }: WebgpuOptions): boolean {
  return software ?? !['', '0', 'false'].includes(variables.T2I_WEBGPU_SOFTWARE ?? '');
}

/** A page that has imported the backend itself needs no second copy, and a bundler cannot follow our import. */
async function loadBackend(environment: Environment): Promise<void> {
  if (findBackendFactory('webgpu') != null) return;
  const hint = environment.isNode
    ? `Install it: npm install ${PACKAGE}`
    : `Install it (npm install ${PACKAGE}) and import it in your page before you select the backend.`;
  await loadOptional(environment.importModule ?? importHere, PACKAGE, hint);
}
