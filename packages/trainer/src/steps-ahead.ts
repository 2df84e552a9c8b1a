/** Steps whose metrics have not arrived yet, while an asynchronous backend continues. */

import type { StepScalars } from '@t2i/core';

/** Delivers metrics in the order of their steps, even if they arrive in another order. */
export class StepsAhead {
  readonly #limit: number;
  readonly #take: (step: number, scalars: StepScalars) => void;
  #waiting = 0;
  #taken: Promise<void> = Promise.resolve();

  /**
   * @param limit pending steps; 1: waits for each
   * @param take receives the metrics of each step; `add` or `settle` rethrow what it throws
   */
  constructor(limit: number, take: (step: number, scalars: StepScalars) => void) {
    this.#limit = limit;
    this.#take = take;
  }

  /** Adds a step that has begun. Resolves when the next one may begin. */
  async add(step: number, metrics: Promise<StepScalars>): Promise<void> {
    this.#waiting += 1;
    this.#taken = Promise.all([metrics, this.#taken]).then(([scalars]) => {
      this.#take(step, scalars);
      this.#waiting -= 1;
    });
    this.#taken.catch(() => {}); // the next caller that awaits it reports the error; until then it must not count as unhandled
    if (this.#waiting >= this.#limit) await this.settle();
  }

  /** Resolves when the metrics of all steps have been taken. */
  settle(): Promise<void> {
    return this.#taken;
  }
}
