/** A model under a name, which may be replaced by a newer revision of itself while it is in use. */

import { errorMessage, type Logger, silentLogger } from '@t2i/core';
import { Batcher, type BatcherOptions } from './batcher.ts';
import type { ModelFile } from './model-file.ts';
import type { Painter, PainterFacts } from './painter.ts';
import { Problem } from './problem.ts';
import type { Samples } from './samples.ts';
import { StuckThreadError } from './worker/open-worker-painter.ts';

const FIRST_RETRY = 1000; // ms
const LAST_RETRY = 60_000; // ms
/** Threads stuck in a backend's code that are left behind; then only another process helps. */
const MAX_STUCK = 3;

/** Where a served model comes from. */
export interface ModelSource {
  /** In addresses and metrics: letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  /** Opens the newest weights. The signal says that they are wanted no more. */
  open(signal?: AbortSignal): Promise<Painter>;
  /** Names what `open` would open, cheaply; looked at every `watchEvery` ms. */
  newest?(): Promise<string>;
  /** The sample sheets of its training, where there are any. */
  readonly samples?: Samples;
  /** The files of a published model, `model.json` among them, for whoever draws with them elsewhere; none of anything else. */
  files?(): Promise<readonly ModelFile[]>;
}

export interface ServedModelOptions extends BatcherOptions {
  /** Milliseconds between looks for newer weights; 0, the default, never looks. */
  readonly watchEvery?: number;
  readonly logger?: Logger;
}

/** One revision in use. A request holds on to the revision it began with, so its images and its headers belong together. */
export interface Revision extends PainterFacts {
  readonly batcher: Batcher;
  readonly openedAt: Date;
}

export class ServedModel {
  readonly name: string;
  readonly samples: Samples | undefined;
  /** Whether the weights behind the name may change while it is served. */
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
  /** Revisions that were replaced and still finish what they accepted. */
  readonly #draining = new Map<Revision, Promise<void>>();

  private constructor(source: ModelSource, options: ServedModelOptions) {
    this.name = source.name;
    this.samples = source.samples;
    this.watched = (options.watchEvery ?? 0) > 0 && source.newest !== undefined;
    this.#source = source;
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
  }

  /** Opens a model, and watches for newer weights where `watchEvery` says so. Rejects with what `open` throws. */
  static async open(source: ModelSource, options: ServedModelOptions = {}): Promise<ServedModel> {
    const served = new ServedModel(source, options);
    await served.refresh();
    if (served.watched) served.#lookAfter(options.watchEvery!);
    return served;
  }

  get ready(): boolean {
    return this.#revision !== undefined;
  }

  /** Painters that were left behind because nothing ends them. They keep the process from ending by itself. */
  get stuck(): number {
    return this.#stuck;
  }

  /** @throws Problem while there is none: the model failed and is being opened again */
  get revision(): Revision {
    if (this.#revision !== undefined) return this.#revision;
    throw new Problem('model-unavailable', `The model ${this.name} is being opened.`, { retryAfter: 1 });
  }

  /** Images that wait in all revisions. */
  get queued(): number {
    return [...this.#draining.keys(), this.#revision].reduce(
      (sum, revision) => sum + (revision?.batcher.queued ?? 0),
      0,
    );
  }

  /** What may be downloaded, as it is at this moment. */
  async files(): Promise<readonly ModelFile[]> {
    return (await this.#source.files?.()) ?? [];
  }

  /** Opens the newest weights if they are not in use yet; true when they took over. One at a time. */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /**
   * Finishes everything that was accepted, then frees the model.
   * @param options `grace`: milliseconds after which passes are finished no more; default: waits for all
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
    for (const { batcher } of this.#draining.keys()) void Promise.resolve(batcher.painter.dispose()).catch(() => {});
    await drained;
  }

  async #refresh(): Promise<boolean> {
    const newest = await this.#source.newest?.();
    if (this.#revision !== undefined && newest !== undefined && newest === this.#newest) return false;
    const painter = await this.#source.open(this.#closed.signal);
    this.#newest = newest;
    if (this.#closed.signal.aborted || painter.facts.revision === this.#revision?.revision) {
      await painter.dispose();
      return false;
    }
    const revision = { ...painter.facts, batcher: new Batcher(painter, this.#options), openedAt: new Date() };
    this.#replace(revision);
    this.#retry = FIRST_RETRY;
    void painter.lost?.then((error) => this.#lost(revision, error));
    this.#logger.info(`${this.name}: serving revision ${revision.revision} (${revision.backend})`);
    return true;
  }

  /** New requests go to the new revision at once; the old one finishes its own. */
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

  #lookAfter(milliseconds: number): void {
    if (this.#closed.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), milliseconds).unref();
  }

  /** Failures leave what is in use in use, and are tried again, ever more seldom. */
  async #look(): Promise<void> {
    try {
      await this.refresh();
      if (this.watched) this.#lookAfter(this.#options.watchEvery!);
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      this.#logger.warn(`${this.name}: cannot open newer weights: ${errorMessage(error)}`);
      this.#lookAfter(this.#retry);
      this.#retry = Math.min(2 * this.#retry, LAST_RETRY);
    }
  }

  #lost(revision: Revision, error: Error): void {
    if (this.#revision !== revision || this.#closed.signal.aborted) return;
    this.#logger.warn(`${this.name}: revision ${revision.revision} was lost: ${error.message}`);
    this.#replace(undefined);
    if (this.#stuck >= MAX_STUCK) {
      this.#logger.warn(
        `${this.name}: ${this.#stuck} threads are stuck: no more is opened until the server is started anew`,
      );
      return;
    }
    this.#lookAfter(this.#retry);
    this.#retry = Math.min(2 * this.#retry, LAST_RETRY);
  }
}

/** Waits for `work`, at most `milliseconds` where they are given. */
async function within(milliseconds: number | undefined, work: Promise<unknown> | undefined): Promise<void> {
  if (milliseconds === undefined) return void (await work);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
