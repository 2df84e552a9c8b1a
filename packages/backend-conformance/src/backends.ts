/** The backends that the suite can be run on, and in which variants. */

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { nativeStatus, usableInstructionSets } from '@t2i/backend-native';
import { BackendError } from '@t2i/core';

export const BACKENDS = ['cpu', 'native', 'wasm', 'node', 'node-gpu', 'webgpu'] as const;
export type BackendName = (typeof BACKENDS)[number];

/** One run of tfjs-core's tests on a backend. */
export interface Variant {
  /** What distinguishes it from other runs on that backend; empty where there is one only. */
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** `native`: every instruction set that is compiled and that this processor has, and the fastest one also with one thread. */
export function variantsOf(backend: BackendName): Variant[] {
  if (backend !== 'native') return [{ name: '', environment: {} }];
  const sets = usableInstructionSets().reverse();
  if (sets.length === 0) throw new BackendError(`There is no addon to test: ${nativeStatus().reason}.`);
  const variant = (set: string, threads: number): Variant => ({
    name: `${set}, ${threads} thread${threads === 1 ? '' : 's'}`,
    environment: { T2I_NATIVE_ADDON: addon(), T2I_ISA: set, T2I_THREADS: String(threads) },
  });
  return [variant(sets[0]!, 1), ...sets.map((set) => variant(set, 2))];
}

/** In the bundle of the suite, the package does not know where it lies. */
function addon(): string {
  const manifest = createRequire(import.meta.url).resolve('@t2i/backend-native/package.json');
  return process.env.T2I_NATIVE_ADDON ?? join(dirname(manifest), 'build/Release/t2i_native.node');
}
