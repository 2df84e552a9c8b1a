/** Which graphics card WebGPU computes on: its name, and whether there is a card at all behind it. */

/** As much of the WebGPU interface as is used here; TypeScript's own description of browsers does not have it yet. */
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
  /** A program in the place of a card. */
  readonly isFallbackAdapter?: boolean;
}

/** Programs in the place of a card: of Chromium (SwiftShader), Mesa (llvmpipe, lavapipe, softpipe) and Windows (WARP). */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render|\bwarp\b/i;

/** Whether an adapter is a program: much slower than the backends of the CPU. `names`: what else it is called. */
export function isSoftware(info: AdapterInfo = {}, ...names: readonly string[]): boolean {
  const { isFallbackAdapter, vendor, architecture, device, description } = info;
  return isFallbackAdapter === true || SOFTWARE.test([vendor, architecture, device, description, ...names].join(' '));
}

/** What people call it: by its listed name where one of `listed` is it, else what the adapter says of itself. */
export function nameOf(info: AdapterInfo = {}, listed: readonly string[] = []): string {
  const { vendor, architecture, device = '', description } = info;
  const [only, ...more] = listed;
  const found = more.length === 0 ? only : listed.find((name) => simplified(name) === simplified(device));
  return found || description || [vendor, architecture].filter(Boolean).join(' ');
}

/** `SwiftShader Device (Subzero)` as adapters spell it: `swiftshader-device-subzero-`. */
function simplified(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
