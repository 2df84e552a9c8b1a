/** The speed of training and the remaining time. Times are milliseconds of any clock. */

const WINDOW = 20;

/** Measures one session of a run. */
export class Throughput {
  readonly #totalSteps: number;
  readonly #firstStep: number;
  readonly #start: number;
  readonly #longest: number;
  /** Images and milliseconds of the most recent steps, the newest last. */
  readonly #window: { images: number; duration: number }[] = [];

  /**
   * @param start when step `firstStep` + 1 begins
   * @param longest milliseconds after which training stops, whatever the step
   */
  constructor(firstStep: number, totalSteps: number, start: number, longest = Number.POSITIVE_INFINITY) {
    this.#firstStep = firstStep;
    this.#totalSteps = totalSteps;
    this.#start = start;
    this.#longest = longest;
  }

  /** Records a step of `duration`, including data but not samples and checkpoints. */
  add(images: number, duration: number): void {
    this.#window.push({ images, duration });
    if (this.#window.length > WINDOW) this.#window.shift();
  }

  /** Over the last 20 steps. */
  imagesPerSecond(): number {
    const sum = (part: (entry: { images: number; duration: number }) => number) =>
      this.#window.reduce((total, entry) => total + part(entry), 0);
    const duration = sum((entry) => entry.duration);
    return duration === 0 ? 0 : (1000 * sum((entry) => entry.images)) / duration;
  }

  /** Seconds to the last step or the limit, at the average pace of this session including everything between steps. */
  secondsLeft(step: number, now: number): number {
    const elapsed = now - this.#start;
    const perStep = elapsed / Math.max(1, step - this.#firstStep);
    return Math.max(0, Math.min(perStep * (this.#totalSteps - step), this.#longest - elapsed)) / 1000;
  }
}
