/** Micro-batching: the cells of concurrent requests share passes of the generator, with a bounded wait and a bounded queue. */

import { assert, type RgbImage } from '@t2i/core';
import type { Cell, Painter, Refusal } from './painter.ts';
import { clientGone, Problem } from './problem.ts';

export interface BatcherOptions {
  /** Milliseconds that an idle painter waits for as many cells as there were around the last pass; default 8. */
  readonly maxWait?: number;
  /** Cells that may wait; beyond, requests are refused. Default 512. */
  readonly maxQueue?: number;
  /** Hears of every pass. */
  readonly onPass?: (pass: { readonly rows: number; readonly milliseconds: number }) => void;
}

export interface SubmitOptions {
  /** Milliseconds until the request is given up. */
  readonly deadline: number;
  /** Aborts when the client goes away: what has not been started frees its place. */
  readonly signal?: AbortSignal;
}

/** All cells of one request. */
interface Job {
  readonly cells: readonly Cell[];
  readonly images: RgbImage[];
  readonly submitted: number;
  /** Cells handed to the painter, and cells painted. */
  started: number;
  painted: number;
  settle(result: readonly RgbImage[] | Problem): void;
}

/**
 * With one pass under way, a second is handed over when it is full: the painter never waits for a message. Less than a full one waits for
 * the end of the first: most of what a pass costs does not depend on its rows. Where drawing leaves a processor free, half of those around
 * are enough for a pass, so that one half is drawn while the other is sent and asks again.
 */
const PASSES_AHEAD = 2;

export class Batcher {
  readonly painter: Painter;
  readonly #maxWait: number;
  readonly #maxQueue: number;
  readonly #onPass: NonNullable<BatcherOptions['onPass']>;
  /** Requests with cells that are not started, oldest first. */
  readonly #queue: Job[] = [];
  #queued = 0;
  #passes = 0;
  /** Cells in passes that are under way. */
  #drawing = 0;
  /** Cells around the last pass, those in it and those that waited or were drawn at its end: about as many will come again. */
  #expected = 1;
  #timer: NodeJS.Timeout | undefined;
  /** Of a row, in passes so far: an exponential mean. */
  #millisecondsPerRow = 1;
  #lastEnd = 0;
  #drained: (() => void) | undefined;

  constructor(painter: Painter, { maxWait = 8, maxQueue = 512, onPass = () => {} }: BatcherOptions = {}) {
    this.painter = painter;
    this.#maxWait = maxWait;
    this.#maxQueue = maxQueue;
    this.#onPass = onPass;
  }

  /** Cells that wait. */
  get queued(): number {
    return this.#queued;
  }

  /**
   * Draws all cells of a request, or none.
   * @throws Problem when the queue is full, the deadline passes, the client goes, the encoder refuses a caption or the painter fails
   */
  submit(cells: readonly Cell[], { deadline, signal }: SubmitOptions): Promise<readonly RgbImage[]> {
    assert(cells.length >= 1, 'a request has at least one cell');
    if (signal?.aborted) return Promise.reject(clientGone());
    if (this.#queued + cells.length > this.#maxQueue) return Promise.reject(this.#queueFull());
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => job.settle(this.#tooLate(job)), deadline);
      const gone = () => job.settle(clientGone());
      const job: Job = {
        cells,
        images: [],
        submitted: performance.now(),
        started: 0,
        painted: 0,
        settle: (result) => {
          clearTimeout(late);
          signal?.removeEventListener('abort', gone);
          this.#withdraw(job);
          if (result instanceof Problem) reject(result);
          else resolve(result);
        },
      };
      signal?.addEventListener('abort', gone, { once: true });
      this.#queue.push(job);
      this.#queued += cells.length;
      this.#startPasses();
    });
  }

  /** Finishes everything that was submitted, then disposes of the painter. Nothing may be submitted after. */
  async drain(): Promise<void> {
    if (this.#queued > 0 || this.#passes > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    await this.painter.dispose();
  }

  #startPasses(): void {
    const { max } = this.painter.facts.passRows;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#queued > 0 && this.#passes < PASSES_AHEAD) {
      if (this.#queued < max) {
        const { sparesCores } = this.painter.facts;
        if (this.#passes > 0 && !(sparesCores && this.#queued >= this.#company())) return; // its end looks again
        const rest = this.#waitForCompany();
        if (rest > 0) {
          this.#timer = setTimeout(() => this.#startPasses(), Math.ceil(rest));
          return;
        }
      }
      void this.#runPass(this.#takeCells(max));
    }
    if (this.#queued === 0 && this.#passes === 0) this.#drained?.();
  }

  /** Cells that are worth a pass. */
  #company(): number {
    return this.painter.facts.sparesCores ? Math.ceil(this.#expected / 2) : this.#expected;
  }

  /** Milliseconds; none for a client that comes alone. Those whose images have just been drawn need a moment to ask again. */
  #waitForCompany(): number {
    if (this.#queued >= this.#company()) return 0;
    return Math.max(this.#queue[0]!.submitted, this.#lastEnd) + this.#maxWait - performance.now();
  }

  /** The oldest cells, at most `count`. */
  #takeCells(count: number): { job: Job; at: number }[] {
    const taken: { job: Job; at: number }[] = [];
    while (taken.length < count && this.#queue.length > 0) {
      const job = this.#queue[0]!;
      while (taken.length < count && job.started < job.cells.length) taken.push({ job, at: job.started++ });
      if (job.started === job.cells.length) this.#queue.shift();
    }
    this.#queued -= taken.length;
    return taken;
  }

  async #runPass(taken: readonly { job: Job; at: number }[]): Promise<void> {
    this.#passes += 1;
    this.#drawing += taken.length;
    const began = performance.now();
    try {
      const results = await this.painter.paint(taken.map(({ job, at }) => job.cells[at]!));
      for (const [i, result] of results.entries()) deliver(taken[i]!, result);
      const ended = performance.now();
      const milliseconds = ended - Math.max(began, this.#lastEnd); // passes follow one another in the painter
      this.#lastEnd = ended;
      this.#millisecondsPerRow += 0.2 * (milliseconds / taken.length - this.#millisecondsPerRow);
      this.#onPass({ rows: taken.length, milliseconds });
    } catch (cause) {
      const problem = new Problem('model-unavailable', 'The model failed while drawing.', { retryAfter: 1, cause });
      for (const { job } of taken) job.settle(problem);
    } finally {
      this.#passes -= 1;
      this.#expected = this.#drawing + this.#queued;
      this.#drawing -= taken.length;
      this.#startPasses();
    }
  }

  /** Takes back what has not been started. */
  #withdraw(job: Job): void {
    if (job.started === job.cells.length) return;
    this.#queue.splice(this.#queue.indexOf(job), 1);
    this.#queued -= job.cells.length - job.started;
    if (this.#queued === 0 && this.#passes === 0) this.#drained?.();
  }

  #queueFull(): Problem {
    const detail = `${this.#queued} images wait already; the queue takes ${this.#maxQueue}.`;
    return new Problem('queue-full', detail, { retryAfter: this.#secondsToEmpty() });
  }

  #tooLate({ started }: Job): Problem {
    const retryAfter = this.#secondsToEmpty();
    if (started === 0) return new Problem('deadline-in-queue', 'The request waited for too long.', { retryAfter });
    return new Problem('deadline-while-drawing', 'Drawing took too long.', { retryAfter });
  }

  #secondsToEmpty(): number {
    return Math.max(1, Math.ceil((this.#queued * this.#millisecondsPerRow) / 1000));
  }
}

function deliver({ job, at }: { job: Job; at: number }, result: RgbImage | Refusal): void {
  if ('refused' in result) {
    job.settle(new Problem('caption-refused', result.refused));
    return;
  }
  job.images[at] = result;
  job.painted += 1;
  if (job.painted === job.cells.length) job.settle(job.images);
}
