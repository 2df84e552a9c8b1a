/** The graphics adapter that WebGPU uses: its name, and whether it is implemented in software. */

import { isSoftwareAdapter } from '@t2i/backend-utils';

/** The part of the WebGPU interface used here; TypeScript's DOM types do not have it yet. */
export interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<Adapter | null>;
}

export interface Adapter {
  readonly info?: AdapterInfo;
}

export interface AdapterInfo {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly device?: string;
  readonly description?: string;
  /** Whether the adapter is implemented in software. */
  readonly isFallbackAdapter?: boolean;
}

/** Whether an adapter is implemented in software, by its description and by other names that it has. */
export function isSoftware(info: AdapterInfo = {}, ...names: readonly string[]): boolean {
  const { isFallbackAdapter, vendor, architecture, device, description } = info;
  return isFallbackAdapter === true || isSoftwareAdapter(vendor, architecture, device, description, ...names);
}

/** Its common name: the one of `listed` that matches it, otherwise its own description. */
export function nameOf(info: AdapterInfo = {}, listed: readonly string[] = []): string {
  const { vendor, architecture, device = '', description } = info;
  const [only, ...more] = listed;
  const found = more.length === 0 ? only : listed.find((name) => simplified(name) === simplified(device));
  return found || description || [vendor, architecture].filter(Boolean).join(' ');
}

/** The spelling of adapters: `SwiftShader Device (Subzero)` is `swiftshader-device-subzero-`. */
function simplified(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
