/** Weights and optimisers as named tensors, and back: exact, and strict about what it is given. */

import { CheckpointError, float32Tensor, type NamedTensor, type StateDict } from '@t2i/core';
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
    tensors[name] = float32Tensor(variable.shape, values.slice()); // some engines give out their own memory
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
  checkTensors(expectedTensors({ variables, optimisers }), tensors);
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

type Expectation = Pick<NamedTensor, 'dtype' | 'shape'>;

function expectedTensors({ variables, optimisers }: Checkpointed): Map<string, Expectation> {
  const expected = new Map<string, Expectation>();
  for (const [name, { shape }] of Object.entries(variables)) expected.set(name, { dtype: 'F32', shape });
  for (const [optimiser, adam] of Object.entries(optimisers)) {
    for (const [name, { shape }] of Object.entries(adam.variables)) {
      expected.set(momentName(name, 'm'), { dtype: 'F32', shape }).set(momentName(name, 'v'), { dtype: 'F32', shape });
    }
    expected.set(stepName(optimiser), { dtype: 'I32', shape: [1] });
  }
  return expected;
}

function checkTensors(expected: ReadonlyMap<string, Expectation>, tensors: StateDict['tensors']): void {
  const hint =
    'It belongs to another configuration or another model: build the model from the configuration saved with it.';
  const describe = ({ dtype, shape }: Expectation) => `${dtype} [${shape.join(', ')}]`;
  for (const [name, needed] of expected) {
    const found = tensors[name];
    if (found === undefined) throw new CheckpointError(`The checkpoint has no tensor "${name}".`, { hint });
    if (describe(found) !== describe(needed)) {
      throw new CheckpointError(`The checkpoint's "${name}" is ${describe(found)}, the model's ${describe(needed)}.`, {
        hint,
      });
    }
  }
  for (const name of Object.keys(tensors)) {
    if (!expected.has(name))
      throw new CheckpointError(`The checkpoint has a tensor "${name}" that the model has not.`, { hint });
  }
}
