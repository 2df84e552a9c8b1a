/** Tries every backend in turn and says what works, for `t2i doctor`. */

import { errorMessage, T2iError } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendFacts, BackendName } from './backend.ts';
import { BACKEND_NAMES, BACKENDS } from './backends.ts';
import { type Environment, environment } from './environment.ts';

/** What one backend is here: working, or not and why not. */
export type BackendReport =
  | ({
      readonly name: BackendName;
      readonly available: true;
      /** Speed of a product of matrices of 256 × 256, in 10⁹ operations a second; present when asked for. */
      readonly gflops?: number;
    } & BackendFacts)
  | {
      readonly name: BackendName;
      readonly available: false;
      /** What is missing. */
      readonly problem: string;
      /** How to get it. */
      readonly hint?: string;
    };

export interface InspectBackendsOptions {
  /** Measures each backend that works; takes a moment. */
  readonly measure?: boolean;
  /** Default: all. A backend of another maker may take the whole process down when it cannot have a thread or memory. */
  readonly names?: readonly BackendName[];
}

/** One report per backend, fastest first. Each is started in turn; afterwards the one that was current is so again. */
export function inspectBackends(options: InspectBackendsOptions = {}): Promise<BackendReport[]> {
  return inspectBackendsIn(environment, options);
}

/** {@link inspectBackends} in a given environment. */
export async function inspectBackendsIn(
  environment: Environment,
  { measure = false, names = BACKEND_NAMES }: InspectBackendsOptions = {},
): Promise<BackendReport[]> {
  const current: string | undefined = tf.getBackend();
  const reports: BackendReport[] = [];
  for (const name of names) reports.push(await inspect(environment, name, measure));
  if (current) await tf.setBackend(current);
  return reports;
}

/** Whatever goes wrong in a backend, out of memory for one, is a fact about that backend. */
async function inspect(environment: Environment, name: BackendName, measure: boolean): Promise<BackendReport> {
  try {
    const facts = await BACKENDS[name].start(environment, {});
    return { name, available: true, ...facts, ...(measure && { gflops: await matMulSpeed() }) };
  } catch (error) {
    const hint = T2iError.isInstance(error) ? error.hint : undefined;
    return { name, available: false, problem: errorMessage(error), ...(hint !== undefined && { hint }) };
  }
}

/** 10⁹ floating-point operations a second, best of a few products. */
async function matMulSpeed(): Promise<number> {
  const size = 256;
  const a = tf.randomUniform([size, size]);
  const b = tf.randomUniform([size, size]);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 4; i++) {
    const start = performance.now();
    const product = tf.matMul(a, b);
    await product.data(); // a graphics card is done only when its numbers are here
    best = Math.min(best, performance.now() - start);
    product.dispose();
  }
  tf.dispose([a, b]);
  return (2 * size ** 3) / (best * 1e6);
}
