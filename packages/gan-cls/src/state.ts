/** Weights and optimisers as named tensors, and back: exact, and strict about what it is given. */

import { expectTensors, float32Tensor, type NamedTensor, type StateDict, type TensorKind } from '@t2i/core';
import type { Adam } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import type { NamedVariables } from './weights.ts';

/** Everything that a run continues from. */
export interface Checkpointed {
  readonly variables: NamedVariables;
  readonly optimisers: Readonly<Record<string, Adam>>;
}

const momentName = (variable: string, moment: 'm' | 'v') => `adam/${variable}/${moment}`;
const stepName = (optimiser: string) => `adam/${optimiser}/step`;

/** Variables as `generator/deconv8/kernel`, moments as `adam/generator/deconv8/kernel/m`, steps as `adam/generator/step`. */
export async function readTensors({ variables, optimisers }: Checkpointed): Promise<Record<string, NamedTensor>> {
  const tensors: Record<string, NamedTensor> = {};
  for (const [name, variable] of Object.entries(variables)) {
    const values = (await variable.data()) as Float32Array;
    tensors[name] = float32Tensor(variable.shape, values.slice()); // some backends give out their own memory
  }
  for (const [optimiser, adam] of Object.entries(optimisers)) {
    const state = await adam.getState();
    for (const [name, { shape }] of Object.entries(adam.variables)) {
      for (const moment of ['m', 'v'] as const) {
        tensors[momentName(name, moment)] = float32Tensor(shape, state[moment][name]!);
      }
    }
    tensors[stepName(optimiser)] = { dtype: 'I32', shape: [1], data: Int32Array.of(state.step) };
  }
  return tensors;
}

/**
 * The inverse of `readTensors`.
 * @throws CheckpointError naming the first tensor that is missing, unknown, of another type or shape; nothing changes then
 */
export function writeTensors({ variables, optimisers }: Checkpointed, tensors: StateDict['tensors']): void {
  expectTensors(expectedTensors({ variables, optimisers }), tensors);
  const values = (name: string) => tensors[name]!.data as Float32Array;
  for (const [name, variable] of Object.entries(variables)) {
    tf.tidy(() => variable.assign(tf.tensor(values(name).slice(), variable.shape)));
  }
  for (const [optimiser, adam] of Object.entries(optimisers)) {
    const moments = (moment: 'm' | 'v') =>
      Object.fromEntries(Object.keys(adam.variables).map((name) => [name, values(momentName(name, moment))]));
    adam.setState({ step: tensors[stepName(optimiser)]!.data[0]!, m: moments('m'), v: moments('v') });
  }
}

function expectedTensors({ variables, optimisers }: Checkpointed): Map<string, TensorKind> {
  const expected = new Map<string, TensorKind>();
  for (const [name, { shape }] of Object.entries(variables)) expected.set(name, { dtype: 'F32', shape });
  for (const [optimiser, adam] of Object.entries(optimisers)) {
    for (const [name, { shape }] of Object.entries(adam.variables)) {
      expected.set(momentName(name, 'm'), { dtype: 'F32', shape }).set(momentName(name, 'v'), { dtype: 'F32', shape });
    }
    expected.set(stepName(optimiser), { dtype: 'I32', shape: [1] });
  }
  return expected;
}
