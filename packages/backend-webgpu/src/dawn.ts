/** Dawn, Chromium's WebGPU, in Node: which adapters it finds, and how one of them is chosen. */

import { BackendError, errorMessage } from '@t2i/core';
import type { Gpu } from './adapter.ts';

/** The npm package `webgpu`. */
export interface DawnModule {
  create(flags: string[]): Gpu;
  /** `GPUBufferUsage` and its like, which tfjs looks for where pages have them. */
  readonly globals: object;
}

/** Dawn's WebGPU. */
export interface Dawn {
  readonly gpu: Gpu;
  /** The names of all adapters here, software included. */
  readonly adapters: readonly string[];
}

/** No adapter is called so: asked for it, Dawn answers with the names of those that there are. */
const NOBODY = 'an adapter that does not exist';

/**
 * Starts Dawn. Several instances may be started; each costs some milliseconds.
 * @param wanted part of the name of the adapter to use, in any case; undefined for the one that Dawn takes for the fastest
 * @throws BackendError when there is no adapter of that name; its hint lists the names
 */
export async function startDawn(dawn: DawnModule, wanted: string | undefined): Promise<Dawn> {
  const { gpu, adapters } = await listAdapters(dawn);
  if (wanted === undefined) return { gpu: gpu ?? dawn.create([]), adapters };
  const name = adapters.find((adapter) => adapter.toLowerCase().includes(wanted.toLowerCase()));
  if (name === undefined) {
    const hint = adapters.length === 0 ? 'WebGPU finds none at all.' : `There are: ${adapters.join(', ')}.`;
    throw new BackendError(`No graphics card is called "${wanted}".`, { hint });
  }
  return { gpu: dawn.create([`adapter=${name}`]), adapters };
}

/** The names of all adapters, or where there is none, the instance that has found none. */
async function listAdapters({ create }: DawnModule): Promise<{ gpu?: Gpu; adapters: readonly string[] }> {
  try {
    const gpu = create([`adapter=${NOBODY}`]);
    await gpu.requestAdapter({ powerPreference: 'high-performance' });
    return { gpu, adapters: [] }; // no exception: there is nobody at all
  } catch (error) {
    const names = [...errorMessage(error).matchAll(/^ \* backend: '\w+', name: '(.+)'$/gm)].map(([, name]) => name!);
    return { adapters: [...new Set(names)] }; // Windows shows a card to Direct3D and to Vulkan
  }
}
