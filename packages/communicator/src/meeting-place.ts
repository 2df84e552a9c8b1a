/** Where ranks wait for each other: knows who has arrived, in which call, and who never will. */

import type { Arrival, Departure } from './messages.ts';
import { SharedMemory } from './shared-memory.ts';

export interface MeetingEvents {
  /** All ranks have arrived and may go on. */
  depart(departure: Departure): void;
  /** The ranks can never meet. */
  fail(message: string): void;
}

export class MeetingPlace {
  readonly #size: number;
  readonly #events: MeetingEvents;
  readonly #arrivals = new Map<number, Arrival>();
  #gone: number | undefined;
  #capacity = 0;

  constructor(size: number, events: MeetingEvents) {
    this.#size = size;
    this.#events = events;
  }

  arrive(rank: number, arrival: Arrival): void {
    this.#arrivals.set(rank, arrival);
    this.#failIfGone();
    for (const [other, { call }] of this.#arrivals) {
      if (call !== arrival.call) {
        this.#events.fail(
          `Rank ${rank} calls ${arrival.call}, rank ${other} calls ${call}. All ranks must make the same calls in the same order.`,
        );
        return;
      }
    }
    if (this.#arrivals.size < this.#size) return;
    this.#arrivals.clear();
    this.#events.depart(arrival.bytes > this.#capacity ? { memory: this.#enlarge(arrival.bytes) } : {});
  }

  /** A rank is done. */
  leave(rank: number): void {
    this.#gone ??= rank;
    this.#failIfGone();
  }

  #enlarge(bytes: number): SharedArrayBuffer {
    const memory = SharedMemory.allocate(bytes, this.#size);
    this.#capacity = new SharedMemory(memory, this.#size).capacity;
    return memory;
  }

  #failIfGone(): void {
    const [waiting] = this.#arrivals;
    if (this.#gone === undefined || waiting === undefined) return;
    const [rank, { call }] = waiting;
    this.#events.fail(`Rank ${rank} waits in ${call}, but rank ${this.#gone} is done.`);
  }
}
