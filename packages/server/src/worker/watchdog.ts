/** Notices that what should come does not. */

export class Watchdog {
  readonly #patience: number;
  readonly #onLate: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(patience: number, onLate: () => void) {
    this.#patience = patience;
    this.#onLate = onLate;
  }

  /** Begins to wait, unless it does. */
  expect(): void {
    this.#timer ??= setTimeout(this.#onLate, this.#patience);
  }

  /** What was expected has come. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
