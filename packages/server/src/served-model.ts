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
/** Threads stuck in an engine's code that are left behind; then only another process helps. */
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

/** One revision in use. A request holds on to the edition it began with, so its pictures and its headers belong together. */
export interface Edition extends PainterFacts {
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
  #edition: Edition | undefined;
  #newest: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<boolean> | undefined;
  #retry = FIRST_RETRY;
  readonly #closed = new AbortController();
  #stuck = 0;
  /** Editions that were replaced and still finish what they accepted. */
  readonly #draining = new Map<Edition, Promise<void>>();

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
    return this.#edition !== undefined;
  }

  /** Painters that were left behind because nothing ends them. They keep the process from ending by itself. */
  get stuck(): number {
    return this.#stuck;
  }

  /** @throws Problem while there is none: the model failed and is being opened again */
  get edition(): Edition {
    if (this.#edition !== undefined) return this.#edition;
    throw new Problem('model-unavailable', `The model ${this.name} is being opened.`, { retryAfter: 1 });
  }

  /** Pictures that wait in all editions. */
  get queued(): number {
    return [...this.#draining.keys(), this.#edition].reduce((sum, edition) => sum + (edition?.batcher.queued ?? 0), 0);
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
    if (this.#edition !== undefined && newest !== undefined && newest === this.#newest) return false;
    const painter = await this.#source.open(this.#closed.signal);
    this.#newest = newest;
    if (this.#closed.signal.aborted || painter.facts.revision === this.#edition?.revision) {
      await painter.dispose();
      return false;
    }
    const edition = { ...painter.facts, batcher: new Batcher(painter, this.#options), openedAt: new Date() };
    this.#replace(edition);
    this.#retry = FIRST_RETRY;
    void painter.lost?.then((error) => this.#lost(edition, error));
    this.#logger.info(`${this.name}: serving revision ${edition.revision} (${edition.engine})`);
    return true;
  }

  /** New requests go to the new edition at once; the old one finishes its own. */
  #replace(edition: Edition | undefined): void {
    const old = this.#edition;
    this.#edition = edition;
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

  #lost(edition: Edition, error: Error): void {
    if (this.#edition !== edition || this.#closed.signal.aborted) return;
    this.#logger.warn(`${this.name}: revision ${edition.revision} was lost: ${error.message}`);
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
