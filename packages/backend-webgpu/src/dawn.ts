/** Dawn, Chromium's WebGPU, in Node: lists its adapters and selects one. */

import { BackendError, errorMessage } from '@t2i/core';
import type { Gpu } from './adapter.ts';

/** The npm package `webgpu`. */
export interface DawnModule {
  create(flags: string[]): Gpu;
  /** `GPUBufferUsage` and other globals of a page, which TensorFlow.js uses. */
  readonly globals: object;
}

/** Dawn's WebGPU. */
export interface Dawn {
  readonly gpu: Gpu;
  /** The names of all adapters, software adapters included. */
  readonly adapters: readonly string[];
}

/** The name of no adapter. Asked for it, Dawn answers with the names of the existing ones. */
const NOBODY = 'an adapter that does not exist';

/**
 * Starts Dawn. Several instances may be started; each costs some milliseconds.
 * @param wanted part of the name of the adapter to use, in any case; undefined for Dawn's choice
 * @throws BackendError when there is no adapter of that name; its hint lists the names
 */
export async function startDawn(dawn: DawnModule, wanted: string | undefined): Promise<Dawn> {
  const { gpu, adapters } = await listAdapters(dawn);
  if (wanted === undefined) return { gpu: gpu ?? dawn.create([]), adapters };
  const name = adapters.find((adapter) => adapter.toLowerCase().includes(wanted.toLowerCase()));
  if (name === undefined) {
    const hint = adapters.length === 0 ? 'WebGPU finds no adapter.' : `Available: ${adapters.join(', ')}.`;
    throw new BackendError(`There is no graphics card named "${wanted}".`, { hint });
  }
  return { gpu: dawn.create([`adapter=${name}`]), adapters };
}

/** Returns the names of all adapters, or the instance that finds none. */
async function listAdapters({ create }: DawnModule): Promise<{ gpu?: Gpu; adapters: readonly string[] }> {
  try {
    const gpu = create([`adapter=${NOBODY}`]);
    await gpu.requestAdapter({ powerPreference: 'high-performance' });
    return { gpu, adapters: [] }; // no exception: there are no adapters
  } catch (error) {
    const names = [...errorMessage(error).matchAll(/^ \* backend: '\w+', name: '(.+)'$/gm)].map(([, name]) => name!);
    return { adapters: [...new Set(names)] }; // Windows shows a card to Direct3D and to Vulkan
  }
}
