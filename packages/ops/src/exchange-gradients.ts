/** Takes the gradients of a step from the backend, exchanges them with other processes, and returns them to the backend. */

import * as tf from '@tensorflow/tfjs-core';
import type { NamedVariables } from './training-state.ts';

/** Replaces the values, in place, by those that every process uses, for instance their mean over all processes. */
export type ExchangeGradients = (gradients: readonly Float32Array[]) => Promise<void>;

/**
 * The gradients after an exchange. They are passed in the order of `variables`, so that the order is the same in every process.
 * @param gradients by `variable.name`, as `tf.variableGrads` gives them; disposed of
 */
export async function exchangeGradients(
  gradients: tf.NamedTensorMap,
  variables: NamedVariables,
  exchange: ExchangeGradients,
): Promise<tf.NamedTensorMap> {
  try {
    const names = Object.values(variables).map(({ name }) => name);
    const read = async (name: string) => ((await gradients[name]!.data()) as Float32Array).slice(); // not the backend's own memory
    const values = await Promise.all(names.map(read));
    await exchange(values);
    return Object.fromEntries(names.map((name, i) => [name, tf.tensor(values[i]!, gradients[name]!.shape)]));
  } finally {
    tf.dispose(gradients);
  }
}
