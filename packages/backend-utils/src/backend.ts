/** The contract between `@t2i/backend` and the packages of single backends. */

import { BackendError } from '@t2i/core';
import { setBackend } from '@tensorflow/tfjs-core';
import type { Environment } from './environment.ts';

/** What a backend reports after it has started. */
export interface BackendFacts {
  /** What `tf.getBackend()` returns now. */
  readonly tfjsName: string;
  /** Version of the package that provides the backend, if it reports one. */
  readonly version?: string;
  /** Number of threads, if known. */
  readonly threads?: number;
  /** `avx512`, `simd128`, …, if known. */
  readonly instructionSet?: string;
  /** Name of the graphics card, if the backend uses one. */
  readonly adapter?: string;
  /** Names of all graphics cards that the backend could use, software adapters included. */
  readonly adapters?: readonly string[];
  /** Whether `adapter` is implemented in software. */
  readonly software?: boolean;
  /** The device of a backend that is made for a graphics card and falls back to the CPU. */
  readonly device?: 'gpu' | 'cpu';
}

/**
 * Loads a backend, registers it with TensorFlow.js and makes it the current one. Starting it again is allowed.
 * @throws BackendError when the backend is not installed or does not work here; its hint says what to do
 */
export type StartBackend<Options = object> = (options: Options, environment: Environment) => Promise<BackendFacts>;

/**
 * Makes a registered backend of TensorFlow.js the current one.
 * @throws BackendError when the backend does not start
 */
export async function activate(tfjsName: string): Promise<void> {
  if (await setBackend(tfjsName)) return;
  throw new BackendError(`TensorFlow.js could not start its backend "${tfjsName}".`, {
    hint: 'The warning above gives the reason.',
  });
}
