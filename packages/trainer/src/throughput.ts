/** How fast training goes and how long it still takes. Times are milliseconds of any one clock. */

const WINDOW = 20;

export class Throughput {
  readonly #totalSteps: number;
  readonly #firstStep: number;
  readonly #start: number;
  /** Images and milliseconds of the last steps, the newest last. */
  readonly #window: { images: number; duration: number }[] = [];

  /** @param start when step `firstStep` + 1 begins */
  constructor(firstStep: number, totalSteps: number, start: number) {
    this.#firstStep = firstStep;
    this.#totalSteps = totalSteps;
    this.#start = start;
  }

  /** One step took `duration`, data included, samples and checkpoints not. */
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

  /** Seconds to the last step, at the pace of this session so far with everything between steps. */
  secondsLeft(step: number, now: number): number {
    const perStep = (now - this.#start) / Math.max(1, step - this.#firstStep);
    return (perStep * Math.max(0, this.#totalSteps - step)) / 1000;
  }
}
