/** What an optimiser keeps beside each of its variables: one tensor of the variable's shape for each moment of the gradient. */

import * as tf from '@tensorflow/tfjs-core';

/** The moments by name, each with the values of every variable by its name. */
export type MomentValues<Moment extends string> = Readonly<Record<Moment, Readonly<Record<string, Float32Array>>>>;

/** A variable and its moments. */
export type Slot<Moment extends string> = Readonly<Record<Moment | 'variable', tf.Variable>>;

export class OptimiserSlots<Moment extends string> {
  readonly #moments: readonly Moment[];
  readonly #slots: ReadonlyMap<string, Slot<Moment>>;

  /** Every moment begins at zero. The variables stay the caller's to dispose. */
  constructor(variables: Readonly<Record<string, tf.Variable>>, moments: readonly Moment[]) {
    this.#moments = moments;
    const zeros = (variable: tf.Variable) => tf.tidy(() => tf.variable(tf.zerosLike(variable), false));
    const slotOf = (variable: tf.Variable) =>
      Object.fromEntries([
        ['variable', variable],
        ...moments.map((moment) => [moment, zeros(variable)]),
      ]) as Slot<Moment>;
    this.#slots = new Map(Object.entries(variables).map(([name, variable]) => [name, slotOf(variable)]));
  }

  /**
   * Replaces every variable and its moments by what `rule` makes of them: the variable first, then the moments in order.
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

  /** A copy of the moments, read back from the backend. */
  async read(): Promise<MomentValues<Moment>> {
    const readMoment = async (moment: Moment) => {
      const entries = [...this.#slots].map(async ([name, slot]) => {
        const values = (await slot[moment].data()) as Float32Array;
        return [name, values.slice()] as const; // some backends give out their own memory
      });
      return [moment, Object.fromEntries(await Promise.all(entries))] as const;
    };
    return Object.fromEntries(await Promise.all(this.#moments.map(readMoment))) as MomentValues<Moment>;
  }

  /** The inverse of `read`. Names and sizes must be those of the variables; nothing changes otherwise. */
  write(values: MomentValues<Moment>): void {
    for (const [name, { variable }] of this.#slots) {
      const sizes = this.#moments.map((moment) => values[moment][name]?.length);
      tf.util.assert(
        sizes.every((size) => size === variable.size),
        () => `the state has ${sizes} moments for ${name}, which has ${variable.size} values`,
      );
    }
    tf.tidy(() => {
      for (const [name, slot] of this.#slots) {
        for (const moment of this.#moments) {
          slot[moment].assign(tf.tensor(values[moment][name]!.slice(), slot[moment].shape));
        }
      }
    });
  }

  /** Frees the moments. */
  dispose(): void {
    for (const slot of this.#slots.values()) for (const moment of this.#moments) slot[moment].dispose();
  }
}
