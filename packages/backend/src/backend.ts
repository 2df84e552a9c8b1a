/** What a backend is to this package: a way to start it, and what it then says about itself. */

import { BackendError, type Logger } from '@t2i/core';
import { setBackend } from '@tensorflow/tfjs-core';
import type { Environment } from './environment.ts';

/** The backends of TensorFlow.js that `@t2i` knows, by our names. */
export type BackendName = 'native' | 'node-gpu' | 'node' | 'webgpu' | 'wasm' | 'cpu';

/** Where the files `tfjs-backend-wasm*.wasm` are: a directory or URL with a final slash, or one address for each file. */
export type WasmPaths = string | Readonly<Record<string, string>>;

/** What a backend can be told. */
export interface BackendOptions {
  readonly wasmPaths?: WasmPaths;
  /** Part of the name of the graphics card that `webgpu` computes on in Node; default the variable T2I_WEBGPU_ADAPTER, or the fastest. */
  readonly adapter?: string;
  /** Whether `webgpu` may run on a program in the place of a graphics card; default whether T2I_WEBGPU_SOFTWARE is 1. */
  readonly software?: boolean;
  /**
   * Whether `native` compiles its kernels where they are missing and a C++17 compiler is installed, once, in about 25 seconds.
   * Worth it before training; default false: drawing must not wait for it.
   */
  readonly compile?: boolean;
  /** Receives a line about each thing that takes long, and one that says which backend was chosen and why. */
  readonly logger?: Logger;
}

/** A started backend. */
export interface BackendFacts {
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
  /** Names of all graphics cards that it could be told to use, software included. */
  readonly adapters?: readonly string[];
  /** Whether `adapter` is a program in the place of a card. */
  readonly software?: boolean;
  /** What a backend computes on that is made for a graphics card and does without where there is none. */
  readonly device?: 'gpu' | 'cpu';
}

/** One row of the table of backends. */
export interface Backend {
  /**
   * Loads the backend, registers it with tfjs and makes it the current one.
   * @throws BackendError when it is not installed or does not work here, with a hint about what to do
   */
  start(environment: Environment, options: BackendOptions): Promise<BackendFacts>;
}

/** Makes a registered backend of tfjs the current one. */
export async function activate(tfjsName: string): Promise<void> {
  if (await setBackend(tfjsName)) return;
  throw new BackendError(`TensorFlow.js could not start its backend "${tfjsName}".`, {
    hint: 'The warning above says why.',
  });
}
