/** The results of a training step, on their way from the backend. */

import type { StepScalars } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';

/** Results of a step by name; kept until disposed. */
export type StepReport = Record<string, tf.Scalar>;

/**
 * Reads all results at once: a graphics card is waited for only once a step. They stay the caller's to dispose, and are no longer needed
 * as soon as the promise is there.
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
