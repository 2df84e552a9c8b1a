/** Steps whose figures have not arrived yet: a backend that computes on its own goes on while they are under way. */

import type { StepScalars } from '@t2i/core';

/** Hands out figures in the order of their steps, whatever the order they arrive in. */
export class StepsAhead {
  readonly #limit: number;
  readonly #take: (step: number, scalars: StepScalars) => void;
  #waiting = 0;
  #taken: Promise<void> = Promise.resolve();

  /**
   * @param limit steps that may be under way together; 1: each is waited for
   * @param take gets the figures of each step; what it throws, `add` or `settle` throw later
   */
  constructor(limit: number, take: (step: number, scalars: StepScalars) => void) {
    this.#limit = limit;
    this.#take = take;
  }

  /** A step that has begun. Resolves when the next one may begin. */
  async add(step: number, figures: Promise<StepScalars>): Promise<void> {
    this.#waiting += 1;
    this.#taken = Promise.all([figures, this.#taken]).then(([scalars]) => {
      this.#take(step, scalars);
      this.#waiting -= 1;
    });
    this.#taken.catch(() => {}); // is told by whoever waits for it next, and is not unhandled until then
    if (this.#waiting >= this.#limit) await this.settle();
  }

  /** Resolves when the figures of all steps have been taken. */
  settle(): Promise<void> {
    return this.#taken;
  }
}
