/** Finds and loads the compiled addon, and reports the reason if there is none. */

import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { BackendError, errorMessage } from '@t2i/core';
import { presentAddons } from './addon-paths.ts';

/** The exports of the addon besides one function per kernel. */
interface Addon {
  readonly instructionSet: string;
  /** Compiled instruction sets that this processor supports, the slowest first, as `x64_v1, avx2`. */
  readonly usableSets: string;
  /** An ArrayBuffer over uninitialised memory, aligned to 64 bytes; less than 4 GiB. */
  allocate(bytes: number): ArrayBuffer;
  /** Sets the number of threads, 1 to 1024, and returns it: fewer than requested if the system refuses more. */
  setThreads(threads: number): number;
}

/** State of the compiled kernels in this process. */
export interface NativeStatus {
  readonly available: boolean;
  /** `avx512`, `avx2`, `x64_v1` or `neon`; undefined when not available. */
  readonly instructionSet: string | undefined;
  /** Number of threads that a kernel may use; 0 when not available. */
  readonly threads: number;
  /** The reason why the kernels are not available; undefined when they are. */
  readonly reason: string | undefined;
}

function threadsWanted(): number {
  const text = process.env.T2I_THREADS;
  if (text === undefined || text === '') return availableParallelism();
  const threads = Number(text);
  if (!Number.isInteger(threads) || threads < 1 || threads > 1024) {
    throw new BackendError(`T2I_THREADS is "${text}".`, { hint: 'Set it to the number of threads, 1 or more.' });
  }
  return threads;
}

function loadAddon(): { addon: Addon; threads: number } | { reason: string } {
  const reasons: string[] = [];
  for (const path of presentAddons()) {
    try {
      const addon = createRequire(import.meta.url)(path) as Addon;
      return { addon, threads: addon.setThreads(threadsWanted()) };
    } catch (error) {
      reasons.push(`${path}: ${errorMessage(error)}`);
    }
  }
  if (reasons.length > 0) return { reason: reasons.join('; ') };
  const named = process.env.T2I_NATIVE_ADDON;
  if (named) return { reason: `T2I_NATIVE_ADDON is "${named}", and there is no such file` };
  return {
    reason:
      `not compiled for ${process.platform}-${process.arch}; \`t2i backend build native\` compiles them ` +
      'where a C++17 compiler is installed, and so does the option `compile` of selectBackend',
  };
}

const loaded = loadAddon();

/** True if the compiled kernels were loaded, that is, if a tfjs backend `native` is registered. */
export function isNativeAvailable(): boolean {
  return 'addon' in loaded;
}

/** The loaded addon, or the reason why there is none. */
export function nativeStatus(): NativeStatus {
  if ('addon' in loaded) {
    const { addon, threads } = loaded;
    return { available: true, instructionSet: addon.instructionSet, threads, reason: undefined };
  }
  return { available: false, instructionSet: undefined, threads: 0, reason: loaded.reason };
}

/** Valid values of T2I_ISA on this machine, the slowest first; empty if there is no addon. */
export function usableInstructionSets(): string[] {
  return 'addon' in loaded ? loaded.addon.usableSets.split(', ') : [];
}

function requireAddon(): Addon {
  if ('addon' in loaded) return loaded.addon;
  throw new BackendError(`The native kernels are not available: ${loaded.reason}`, {
    hint: 'Use the wasm or cpu backend, or compile them.',
  });
}

/** The addon's function `name`, typed by the caller. Without an addon, calling it (not importing) throws a {@link BackendError}. */
export function nativeFunction<F extends (...args: never[]) => unknown>(name: string): F {
  if (!('addon' in loaded)) return requireAddon as unknown as F;
  const found = (loaded.addon as unknown as Record<string, F | undefined>)[name];
  if (found !== undefined) return found;
  const refuse = () => {
    throw new BackendError(`The compiled addon has no function "${name}": it was made from other sources.`, {
      hint: 'Compile it again: `t2i backend build native`, or `node scripts/build.mjs` in the directory of @t2i/backend-native.',
    });
  };
  return refuse as unknown as F;
}

/** The most that an addon may hand over in Node 20, which crashes with more. */
const MAX_EXTERNAL_BYTES = 2 ** 32 - 1;

/** Fresh memory, uninitialised and aligned to 64 bytes. Larger blocks come from the runtime, as zeros. */
export function allocateBuffer(bytes: number): ArrayBuffer {
  return bytes > MAX_EXTERNAL_BYTES ? new ArrayBuffer(bytes) : requireAddon().allocate(bytes);
}
