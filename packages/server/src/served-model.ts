/** A model with a name. A newer revision can replace it while it is in use. */

import { errorMessage, type Logger, silentLogger } from '@t2i/core';
import { Batcher, type BatcherOptions } from './batcher.ts';
import type { InferenceWorker, InferenceWorkerInfo } from './inference-worker.ts';
import type { ModelFile } from './model-file.ts';
import { Problem } from './problem.ts';
import type { Samples } from './samples.ts';
import { StuckThreadError } from './worker/open-inference-worker.ts';

const FIRST_RETRY = 1000; // ms
const LAST_RETRY = 60_000; // ms
/** After so many stuck threads no more are started; only a new process helps. */
const MAX_STUCK = 3;

/** The source of a served model. */
export interface ModelSource {
  /** Used in URLs and metrics: letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  /** Opens the newest weights. The signal aborts when they are no longer needed. */
  open(signal?: AbortSignal): Promise<InferenceWorker>;
  /** A cheap identifier of what `open` would open; checked every `watchEvery` ms. */
  newest?(): Promise<string>;
  /** The sample sheets of its training, if there are any. */
  readonly samples?: Samples;
  /** The files of a published model, including `model.json`, for download; empty for anything else. */
  files?(): Promise<readonly ModelFile[]>;
}

export interface ServedModelOptions extends BatcherOptions {
  /** Milliseconds between checks for newer weights; default 0: never. */
  readonly watchEvery?: number;
  readonly logger?: Logger;
}

/** A revision in use. A request keeps the revision that it started with, so that its images and headers match. */
export interface Revision extends InferenceWorkerInfo {
  readonly batcher: Batcher;
  readonly openedAt: Date;
}

export class ServedModel {
  readonly name: string;
  readonly samples: Samples | undefined;
  /** Whether the weights may change while the model is served. */
  readonly watched: boolean;
  readonly #source: ModelSource;
  readonly #options: ServedModelOptions;
  readonly #logger: Logger;
  #revision: Revision | undefined;
  #newest: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<boolean> | undefined;
  #retry = FIRST_RETRY;
  readonly #closed = new AbortController();
  #stuck = 0;
  /** Replaced revisions that still finish their accepted requests. */
  readonly #draining = new Map<Revision, Promise<void>>();

  private constructor(source: ModelSource, options: ServedModelOptions) {
    this.name = source.name;
    this.samples = source.samples;
    this.watched = (options.watchEvery ?? 0) > 0 && source.newest !== undefined;
    this.#source = source;
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
  }

  /** Opens a model and watches for newer weights if `watchEvery` is set. Rejects with the error of `open`. */
  static async open(source: ModelSource, options: ServedModelOptions = {}): Promise<ServedModel> {
    const served = new ServedModel(source, options);
    await served.refresh();
    if (served.watched) served.#scheduleCheck(options.watchEvery!);
    return served;
  }

  get ready(): boolean {
    return this.#revision !== undefined;
  }

  /** Workers that could not be terminated. They keep the process alive. */
  get stuck(): number {
    return this.#stuck;
  }

  /** @throws Problem while there is none, because the model failed and is being reopened */
  get revision(): Revision {
    if (this.#revision !== undefined) return this.#revision;
    throw new Problem('model-unavailable', `The model ${this.name} is loading.`, { retryAfter: 1 });
  }

  /** Waiting images of all revisions. */
  get queued(): number {
    return [...this.#draining.keys(), this.#revision].reduce(
      (sum, revision) => sum + (revision?.batcher.queued ?? 0),
      0,
    );
  }

  /** The files that can be downloaded now. */
  async files(): Promise<readonly ModelFile[]> {
    return (await this.#source.files?.()) ?? [];
  }

  /** Opens the newest weights if they are not in use yet. Resolves to true if they replaced the old ones. Runs once at a time. */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /**
   * Finishes all accepted requests, then frees the model.
   * @param options `grace`: milliseconds after which running passes are abandoned; default: waits for all
   */
  async close({ grace }: { readonly grace?: number } = {}): Promise<void> {
    this.#closed.abort();
    clearTimeout(this.#timer);
    await within(
      grace,
      this.#refreshing?.catch(() => {}),
    );
    this.#replace(undefined);
    const drained = Promise.all(this.#draining.values());
    await within(grace, drained);
    for (const { batcher } of this.#draining.keys()) void Promise.resolve(batcher.worker.dispose()).catch(() => {});
    await drained;
  }

  async #refresh(): Promise<boolean> {
    const newest = await this.#source.newest?.();
    if (this.#revision !== undefined && newest !== undefined && newest === this.#newest) return false;
    const worker = await this.#source.open(this.#closed.signal);
    this.#newest = newest;
    if (this.#closed.signal.aborted || worker.info.revision === this.#revision?.revision) {
      await worker.dispose();
      return false;
    }
    const revision = { ...worker.info, batcher: new Batcher(worker, this.#options), openedAt: new Date() };
    this.#replace(revision);
    this.#retry = FIRST_RETRY;
    void worker.lost?.then((error) => this.#lost(revision, error));
    this.#logger.info(`${this.name}: serving revision ${revision.revision} (${revision.backend})`);
    return true;
  }

  /** New requests go to the new revision at once. The old one finishes its own requests. */
  #replace(revision: Revision | undefined): void {
    const old = this.#revision;
    this.#revision = revision;
    if (old === undefined) return;
    const drained = old.batcher.drain().catch((error) => {
      if (error instanceof StuckThreadError) this.#stuck += 1;
      this.#logger.warn(`${this.name}: cannot free revision ${old.revision}: ${errorMessage(error)}`);
    });
    this.#draining.set(old, drained);
    void drained.finally(() => this.#draining.delete(old));
  }

  #scheduleCheck(milliseconds: number): void {
    if (this.#closed.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), milliseconds).unref();
  }

  /** After a failure the current revision stays in use, and the next attempt waits twice as long. */
  async #check(): Promise<void> {
    try {
      await this.refresh();
      if (this.watched) this.#scheduleCheck(this.#options.watchEvery!);
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      this.#logger.warn(`${this.name}: cannot open newer weights: ${errorMessage(error)}`);
      this.#scheduleCheck(this.#retry);
      this.#retry = Math.min(2 * this.#retry, LAST_RETRY);
    }
  }

  #lost(revision: Revision, error: Error): void {
    if (this.#revision !== revision || this.#closed.signal.aborted) return;
    this.#logger.warn(`${this.name}: revision ${revision.revision} was lost: ${error.message}`);
    this.#replace(undefined);
    if (this.#stuck >= MAX_STUCK) {
      this.#logger.warn(`${this.name}: ${this.#stuck} threads are stuck. Restart the server to load the model again.`);
      return;
    }
    this.#scheduleCheck(this.#retry);
    this.#retry = Math.min(2 * this.#retry, LAST_RETRY);
  }
}

/** Waits for `work`, at most `milliseconds` if given. */
async function within(milliseconds: number | undefined, work: Promise<unknown> | undefined): Promise<void> {
  if (milliseconds === undefined) return void (await work);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
