/** Weights and optimisers as named tensors, and back: exact, with strict checks of the tensors. */

import { expectTensors, float32Tensor, type NamedTensor, type StateDict, type TensorKind } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';

/** Variables by names that are the same in every process. */
export type NamedVariables = Readonly<Record<string, tf.Variable>>;

/** Moves variables against their gradients. */
export interface Optimiser {
  /** The variables that it moves. The caller disposes of them. */
  readonly variables: NamedVariables;
  /**
   * Moves every variable against its gradient.
   * @param gradients by `variable.name`, as `tf.variableGrads` gives them; the caller disposes of them
   */
  apply(gradients: tf.NamedTensorMap, learningRate: number): void;
  /** Type and shape of every tensor of the state. */
  stateKinds(): Record<string, TensorKind>;
  /** A copy of its whole state without the variables, read back from the backend. */
  getState(): Promise<Record<string, NamedTensor>>;
  /** The inverse of `getState`. The tensors must have the names and kinds of `stateKinds`; others are ignored. */
  setState(tensors: StateDict['tensors']): void;
  /** Frees its state without the variables. */
  dispose(): void;
}

/** The state from which training continues. */
export interface TrainingState {
  /** Every weight, trained or not. */
  readonly variables: NamedVariables;
  readonly optimisers: readonly Optimiser[];
}

/** The variables and the states of the optimisers, under their names. */
export async function readTrainingState({
  variables,
  optimisers,
}: TrainingState): Promise<Record<string, NamedTensor>> {
  const tensors: Record<string, NamedTensor> = {};
  for (const [name, variable] of Object.entries(variables)) {
    const values = (await variable.data()) as Float32Array;
    tensors[name] = float32Tensor(variable.shape, values.slice()); // some backends give out their own memory
  }
  for (const optimiser of optimisers) Object.assign(tensors, await optimiser.getState());
  return tensors;
}

/**
 * The inverse of `readTrainingState`.
 * @throws CheckpointError naming the first tensor that is missing, unknown, of another type or shape; nothing changes then
 */
export function writeTrainingState({ variables, optimisers }: TrainingState, tensors: StateDict['tensors']): void {
  const expected = new Map<string, TensorKind>();
  for (const [name, { shape }] of Object.entries(variables)) expected.set(name, { dtype: 'F32', shape });
  for (const optimiser of optimisers) {
    for (const [name, kind] of Object.entries(optimiser.stateKinds())) expected.set(name, kind);
  }
  expectTensors(expected, tensors);
  for (const [name, variable] of Object.entries(variables)) {
    tf.tidy(() => variable.assign(tf.tensor((tensors[name]!.data as Float32Array).slice(), variable.shape)));
  }
  for (const optimiser of optimisers) optimiser.setState(tensors);
}
