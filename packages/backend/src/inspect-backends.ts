/** Tries every backend in turn and reports which ones work, for `t2i doctor`. */

import { type BackendFacts, type Environment, environment } from '@t2i/backend-utils';
import { errorMessage, T2iError } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { BACKENDS, type BackendName, BROWSER_BACKENDS, NODE_BACKENDS } from './backends.ts';

/** Whether one backend works here, and if not, why. */
export type BackendReport =
  | ({
      readonly name: BackendName;
      readonly available: true;
      /** Speed of a product of matrices of 256 × 256, in 10⁹ operations per second; present if `measure` is set. */
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
  /** Measures each backend that works. This takes a moment. */
  readonly measure?: boolean;
  /** Default: all that can run here. A third-party backend may crash the process when it gets no thread or no memory. */
  readonly names?: readonly BackendName[];
}

/** Returns one report per backend. Each backend is started in turn; afterwards the one that was current is current again. */
export function inspectBackends(options: InspectBackendsOptions = {}): Promise<BackendReport[]> {
  return inspectBackendsIn(environment, options);
}

/** {@link inspectBackends} in a given environment. */
export async function inspectBackendsIn(
  environment: Environment,
  { measure = false, names = environment.isNode ? NODE_BACKENDS : BROWSER_BACKENDS }: InspectBackendsOptions = {},
): Promise<BackendReport[]> {
  const current: string | undefined = tf.getBackend();
  const reports: BackendReport[] = [];
  for (const name of names) reports.push(await inspect(environment, name, measure));
  if (current) await tf.setBackend(current);
  return reports;
}

/** Any error of a backend, such as a lack of memory, becomes part of its report. */
async function inspect(environment: Environment, name: BackendName, measure: boolean): Promise<BackendReport> {
  try {
    const facts = await BACKENDS[name]({}, environment);
    return { name, available: true, ...facts, ...(measure && { gflops: await matMulSpeed() }) };
  } catch (error) {
    const hint = T2iError.isInstance(error) ? error.hint : undefined;
    return { name, available: false, problem: errorMessage(error), ...(hint !== undefined && { hint }) };
  }
}

/** 10⁹ floating-point operations per second, best of a few products. */
async function matMulSpeed(): Promise<number> {
  const size = 256;
  const a = tf.randomUniform([size, size]);
  const b = tf.randomUniform([size, size]);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 4; i++) {
    const start = performance.now();
    const product = tf.matMul(a, b);
    await product.data(); // a graphics card has finished only when the values have arrived
    best = Math.min(best, performance.now() - start);
    product.dispose();
  }
  tf.dispose([a, b]);
  return (2 * size ** 3) / (best * 1e6);
}
