/** Stops a diverged run: a metric is not finite, or a loss is far above its recent values. */

import type { StateDict, StepScalars } from '@t2i/core';
import { DivergenceError } from '@t2i/core';
import { z } from 'zod';

const WARM_UP = 100;
const HINT = 'Start a new run from the last good checkpoint, or from the beginning, with a lower learning rate.';

/** The most recent values of each loss; plain JSON. */
export const lossHistorySchema = z.record(z.string(), z.array(z.number()).max(WARM_UP));
/** The state of a `DivergenceGuard` in a checkpoint. */
export type LossHistory = z.output<typeof lossHistorySchema>;

/**
 * Watches the metrics of every step. A loss (a name that begins with `loss/`) explodes when it is above `factor` times
 * max(1, median of its last 100 values), once there are 100. The floor is 1 because an adversarial loss may
 * stay near 0 and recover from there.
 */
export class DivergenceGuard {
  readonly #factor: number;
  #history: LossHistory = {};

  constructor(factor: number) {
    this.#factor = factor;
  }

  /** @throws DivergenceError that names the metric, its value and the step */
  check(step: number, scalars: StepScalars): void {
    for (const [name, value] of Object.entries(scalars)) {
      if (!Number.isFinite(value)) throw diverged(`${name} is ${value} at step ${step}`);
      if (name.startsWith('loss/')) this.#checkLoss(step, name, value);
    }
  }

  state(): LossHistory {
    return structuredClone(this.#history);
  }

  load(history: LossHistory): void {
    this.#history = structuredClone(history);
  }

  #checkLoss(step: number, name: string, value: number): void {
    this.#history[name] ??= [];
    const history = this.#history[name];
    if (history.length === WARM_UP) {
      const bound = this.#factor * Math.max(1, median(history));
      if (Math.abs(value) > bound) {
        throw diverged(`${name} is ${value.toPrecision(4)} at step ${step}, above ${bound.toPrecision(4)}`);
      }
      history.shift();
    }
    history.push(Math.abs(value));
  }
}

/** @throws DivergenceError that names the first tensor with a value that is not finite. Such a state is never saved */
export function assertFiniteState(step: number, { tensors }: StateDict): void {
  for (const [name, { dtype, data }] of Object.entries(tensors)) {
    if ((dtype === 'F32' || dtype === 'F64') && !allFinite(data)) {
      throw diverged(`${name} holds a value that is not finite after step ${step}`);
    }
  }
}

/** A plain loop: a state has tens of millions of values, and a callback for each takes ten times as long. */
function allFinite(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

function diverged(what: string): DivergenceError {
  return new DivergenceError(`Training diverged: ${what}.`, { hint: HINT });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
