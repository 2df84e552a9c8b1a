/** What an engine is to this package: a way to start it, and what it then says about itself. */

import { BackendError } from '@t2i/core';
import { setBackend } from '@tensorflow/tfjs-core';
import type { Environment } from './environment.ts';

/** The engines of TensorFlow.js that `@t2i` knows, by our names. */
export type EngineName = 'native' | 'node-gpu' | 'node' | 'webgpu' | 'wasm' | 'cpu';

/** Where the files `tfjs-backend-wasm*.wasm` are: a folder or URL with a final slash, or one address for each file. */
export type WasmPaths = string | Readonly<Record<string, string>>;

/** What an engine can be told. */
export interface EngineOptions {
  readonly wasmPaths?: WasmPaths;
}

/** A started engine. */
export interface EngineFacts {
  /** What `tf.getBackend()` says now. */
  readonly tfjsName: string;
  /** Version of the package that provides it, where it says so. */
  readonly version?: string;
  /** Threads it computes with, where it says so. */
  readonly threads?: number;
  /** `avx512`, `simd128`, …, where it says so. */
  readonly instructionSet?: string;
  /** Name of the graphics card, where there is one. */
  readonly adapter?: string;
}

/** One row of the table of engines. */
export interface Engine {
  /**
   * Loads the engine, registers it with tfjs and makes it the current one.
   * @throws BackendError when it is not installed or does not work here, with a hint about what to do
   */
  start(environment: Environment, options: EngineOptions): Promise<EngineFacts>;
}

/** Makes a registered backend of tfjs the current one. */
export async function activate(tfjsName: string): Promise<void> {
  if (await setBackend(tfjsName)) return;
  throw new BackendError(`TensorFlow.js could not start its backend "${tfjsName}".`, {
    hint: 'The warning above says why.',
  });
}
