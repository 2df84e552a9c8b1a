/** Averages the metrics of the steps since the last log line. */

import { z } from 'zod';

/** Sums by name; plain JSON, so that a resumed run writes the same line. */
export const runningMeansSchema = z.strictObject({
  steps: z.int().min(0),
  sums: z.record(z.string(), z.number()),
});
/** The state of a `RunningMeans` in a checkpoint. */
export type RunningMeansState = z.output<typeof runningMeansSchema>;

/** Collects the metrics of steps by name. */
export class RunningMeans {
  #steps = 0;
  #sums: Record<string, number> = {};

  add(values: Readonly<Record<string, number>>): void {
    this.#steps += 1;
    for (const [name, value] of Object.entries(values)) this.#sums[name] = (this.#sums[name] ?? 0) + value;
  }

  /** Means over the steps added since the last `reset`; none before the first. */
  means(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#sums).map(([name, sum]) => [name, sum / this.#steps]));
  }

  reset(): void {
    this.#steps = 0;
    this.#sums = {};
  }

  state(): RunningMeansState {
    return { steps: this.#steps, sums: { ...this.#sums } };
  }

  load({ steps, sums }: RunningMeansState): void {
    this.#steps = steps;
    this.#sums = { ...sums };
  }
}
