/** The state of an optimiser for each of its variables: one tensor of the variable's shape for each moment of the gradient. */

import { float32Tensor, type NamedTensor, type StateDict, type TensorKind } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import type { NamedVariables } from './training-state.ts';

/** A variable and its moments. */
export type Slot<Moment extends string> = Readonly<Record<Moment | 'variable', tf.Variable>>;

export class OptimiserSlots<Moment extends string> {
  /** For each moment, the name of its tensor in a state. */
  readonly #tensorNames: Readonly<Record<Moment, (variable: string) => string>>;
  readonly #moments: readonly Moment[];
  readonly #slots: ReadonlyMap<string, Slot<Moment>>;

  /** Every moment starts at zero. The caller disposes of the variables. */
  constructor(variables: NamedVariables, tensorNames: Readonly<Record<Moment, (variable: string) => string>>) {
    this.#tensorNames = tensorNames;
    this.#moments = Object.keys(tensorNames) as Moment[];
    const zeros = (variable: tf.Variable) => tf.tidy(() => tf.variable(tf.zerosLike(variable), false));
    const slotOf = (variable: tf.Variable) =>
      Object.fromEntries([
        ['variable', variable],
        ...this.#moments.map((moment) => [moment, zeros(variable)]),
      ]) as Slot<Moment>;
    this.#slots = new Map(Object.entries(variables).map(([name, variable]) => [name, slotOf(variable)]));
  }

  /**
   * Replaces every variable and its moments by the results of `rule`: the variable first, then the moments in order.
   * @param gradients by `variable.name`, as `tf.variableGrads` gives them
   */
  update(gradients: tf.NamedTensorMap, rule: (slot: Slot<Moment>, gradient: tf.Tensor) => tf.Tensor[]): void {
    for (const [name, slot] of this.#slots) {
      const gradient = gradients[slot.variable.name];
      tf.util.assert(gradient !== undefined, () => `no gradient for ${name}`);
      tf.tidy(() => {
        const next = rule(slot, gradient!);
        for (const [i, part] of (['variable', ...this.#moments] as const).entries()) slot[part].assign(next[i]!);
      });
    }
  }

  /** Type and shape of every tensor of the state. */
  kinds(): Record<string, TensorKind> {
    return Object.fromEntries(this.#places().map(([name, { shape }]) => [name, { dtype: 'F32', shape }]));
  }

  /** A copy of the moments, read back from the backend. */
  async read(): Promise<Record<string, NamedTensor>> {
    const entries = this.#places().map(async ([name, moment]) => {
      const values = (await moment.data()) as Float32Array;
      return [name, float32Tensor(moment.shape, values.slice())] as const; // some backends give out their own memory
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  /** The inverse of `read`, for tensors with the names and shapes of `kinds`. */
  write(tensors: StateDict['tensors']): void {
    for (const [name, moment] of this.#places()) {
      tf.tidy(() => moment.assign(tf.tensor((tensors[name]!.data as Float32Array).slice(), moment.shape)));
    }
  }

  /** Frees the moments. */
  dispose(): void {
    for (const [, moment] of this.#places()) moment.dispose();
  }

  /** Every moment by the name of its tensor, variable by variable. */
  #places(): (readonly [string, tf.Variable])[] {
    return [...this.#slots].flatMap(([variable, slot]) =>
      this.#moments.map((moment) => [this.#tensorNames[moment](variable), slot[moment]] as const),
    );
  }
}
