/** Micro-batching: the images of concurrent HTTP requests share passes of the generator, with a bounded wait and a bounded queue. */

import { assert, type ImageRequest, type RgbImage } from '@t2i/core';
import type { RejectedCaption } from './caption-embeddings.ts';
import type { InferenceWorker } from './inference-worker.ts';
import { clientGone, Problem } from './problem.ts';

export interface BatcherOptions {
  /** Milliseconds that an idle worker waits for as many images as were requested around the last pass; default 8. */
  readonly maxWait?: number;
  /** Images that may wait. Further requests are rejected. Default 512. */
  readonly maxQueue?: number;
  /** Called after every pass. */
  readonly onPass?: (pass: { readonly rows: number; readonly milliseconds: number }) => void;
}

export interface SubmitOptions {
  /** Milliseconds until the request fails. */
  readonly deadline: number;
  /** Aborts when the client disconnects: images that have not been started leave the queue. */
  readonly signal?: AbortSignal;
}

/** The images of one HTTP request. */
interface Job {
  readonly requests: readonly ImageRequest[];
  readonly images: RgbImage[];
  readonly submitted: number;
  /** Images handed to the worker, and images that it returned. */
  started: number;
  generated: number;
  settle(result: readonly RgbImage[] | Problem): void;
}

/**
 * While one pass runs, a second is handed over as soon as it is full, so the worker never waits for a message. A partial pass
 * waits for the end of the first, because most of the cost of a pass does not depend on its rows. Where a pass leaves a
 * processor idle, half of the active requests are enough: one half is generated while the other half is sent and asks again.
 */
const PASSES_AHEAD = 2;

export class Batcher {
  readonly worker: InferenceWorker;
  readonly #maxWait: number;
  readonly #maxQueue: number;
  readonly #onPass: NonNullable<BatcherOptions['onPass']>;
  /** Jobs with images that are not started, oldest first. */
  readonly #queue: Job[] = [];
  #queued = 0;
  #passes = 0;
  /** Images in running passes. */
  #generating = 0;
  /** Images around the last pass: in it, waiting, or running at its end. About as many are expected again. */
  #expected = 1;
  #timer: NodeJS.Timeout | undefined;
  /** Time per row, an exponential moving average over the passes. */
  #millisecondsPerRow = 1;
  #lastEnd = 0;
  #drained: (() => void) | undefined;

  constructor(worker: InferenceWorker, { maxWait = 8, maxQueue = 512, onPass = () => {} }: BatcherOptions = {}) {
    this.worker = worker;
    this.#maxWait = maxWait;
    this.#maxQueue = maxQueue;
    this.#onPass = onPass;
  }

  /** Images that wait. */
  get queued(): number {
    return this.#queued;
  }

  /**
   * Generates all images of an HTTP request, or none.
   * @throws Problem when the queue is full, the deadline passes, the client disconnects, the encoder rejects a caption or the
   * worker fails
   */
  submit(requests: readonly ImageRequest[], { deadline, signal }: SubmitOptions): Promise<readonly RgbImage[]> {
    assert(requests.length >= 1, 'a job has at least one image');
    if (signal?.aborted) return Promise.reject(clientGone());
    if (this.#queued + requests.length > this.#maxQueue) return Promise.reject(this.#queueFull());
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => job.settle(this.#tooLate(job)), deadline);
      const gone = () => job.settle(clientGone());
      const job: Job = {
        requests,
        images: [],
        submitted: performance.now(),
        started: 0,
        generated: 0,
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
      this.#queued += requests.length;
      this.#startPasses();
    });
  }

  /** Finishes all submitted work, then disposes of the worker. Submit nothing afterwards. */
  async drain(): Promise<void> {
    if (this.#queued > 0 || this.#passes > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    await this.worker.dispose();
  }

  #startPasses(): void {
    const { max } = this.worker.info.passRows;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#queued > 0 && this.#passes < PASSES_AHEAD) {
      if (this.#queued < max) {
        const { sparesCores } = this.worker.info;
        if (this.#passes > 0 && !(sparesCores && this.#queued >= this.#company())) return; // checked again when the pass ends
        const rest = this.#waitForCompany();
        if (rest > 0) {
          this.#timer = setTimeout(() => this.#startPasses(), Math.ceil(rest));
          return;
        }
      }
      void this.#runPass(this.#takeImages(max));
    }
    if (this.#queued === 0 && this.#passes === 0) this.#drained?.();
  }

  /** The number of images that are worth a pass. */
  #company(): number {
    return this.worker.info.sparesCores ? Math.ceil(this.#expected / 2) : this.#expected;
  }

  /** Milliseconds to wait; 0 for a single client. Clients that have just received images need a moment to ask again. */
  #waitForCompany(): number {
    if (this.#queued >= this.#company()) return 0;
    return Math.max(this.#queue[0]!.submitted, this.#lastEnd) + this.#maxWait - performance.now();
  }

  /** The oldest images in the queue, at most `count`. */
  #takeImages(count: number): { job: Job; at: number }[] {
    const taken: { job: Job; at: number }[] = [];
    while (taken.length < count && this.#queue.length > 0) {
      const job = this.#queue[0]!;
      while (taken.length < count && job.started < job.requests.length) taken.push({ job, at: job.started++ });
      if (job.started === job.requests.length) this.#queue.shift();
    }
    this.#queued -= taken.length;
    return taken;
  }

  async #runPass(taken: readonly { job: Job; at: number }[]): Promise<void> {
    this.#passes += 1;
    this.#generating += taken.length;
    const began = performance.now();
    try {
      const results = await this.worker.generate(taken.map(({ job, at }) => job.requests[at]!));
      for (const [i, result] of results.entries()) deliver(taken[i]!, result);
      const ended = performance.now();
      const milliseconds = ended - Math.max(began, this.#lastEnd); // the worker runs one pass at a time
      this.#lastEnd = ended;
      this.#millisecondsPerRow += 0.2 * (milliseconds / taken.length - this.#millisecondsPerRow);
      this.#onPass({ rows: taken.length, milliseconds });
    } catch (cause) {
      const problem = new Problem('model-unavailable', 'The model failed while it generated the images.', {
        retryAfter: 1,
        cause,
      });
      for (const { job } of taken) job.settle(problem);
    } finally {
      this.#passes -= 1;
      this.#expected = this.#generating + this.#queued;
      this.#generating -= taken.length;
      this.#startPasses();
    }
  }

  /** Removes the images that have not been started. */
  #withdraw(job: Job): void {
    if (job.started === job.requests.length) return;
    this.#queue.splice(this.#queue.indexOf(job), 1);
    this.#queued -= job.requests.length - job.started;
    if (this.#queued === 0 && this.#passes === 0) this.#drained?.();
  }

  #queueFull(): Problem {
    const detail = `The queue is full: ${this.#queued} images are waiting, and the limit is ${this.#maxQueue}.`;
    return new Problem('queue-full', detail, { retryAfter: this.#secondsToEmpty() });
  }

  #tooLate({ started }: Job): Problem {
    const retryAfter = this.#secondsToEmpty();
    if (started === 0)
      return new Problem('deadline-in-queue', 'The request waited too long in the queue.', { retryAfter });
    return new Problem('deadline-while-generating', 'Generating the images took too long.', { retryAfter });
  }

  #secondsToEmpty(): number {
    return Math.max(1, Math.ceil((this.#queued * this.#millisecondsPerRow) / 1000));
  }
}

function deliver({ job, at }: { job: Job; at: number }, result: RgbImage | RejectedCaption): void {
  if ('rejected' in result) {
    job.settle(new Problem('caption-refused', result.rejected));
    return;
  }
  job.images[at] = result;
  job.generated += 1;
  if (job.generated === job.requests.length) job.settle(job.images);
}
