/** Calls back when an expected event does not happen in time. */

export class Watchdog {
  readonly #timeout: number;
  readonly #onLate: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(timeout: number, onLate: () => void) {
    this.#timeout = timeout;
    this.#onLate = onLate;
  }

  /** Starts waiting, unless it is waiting already. */
  expect(): void {
    this.#timer ??= setTimeout(this.#onLate, this.#timeout);
  }

  /** The expected event has happened. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
