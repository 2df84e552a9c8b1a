/** Reads the results of a training step from the backend. */

import type { StepScalars } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';

/** Results of a step by name; kept until disposed. */
export type StepReport = Record<string, tf.Scalar>;

/**
 * Reads all results at once, so that a step waits only once for a graphics card. The caller disposes of them, which is allowed
 * as soon as the promise exists.
 */
export async function readStepReport(report: StepReport): Promise<StepScalars> {
  const stacked = tf.stack(Object.values(report));
  try {
    const values = await stacked.data();
    return Object.fromEntries(Object.keys(report).map((name, i) => [name, values[i]!]));
  } finally {
    stacked.dispose();
  }
}
