/** A painter in a thread of its own: while it draws, this thread goes on answering. */

import { Worker } from 'node:worker_threads';
import type { CaptionReading, RgbImage } from '@t2i/core';
import type { Cell, Painter, PainterFacts, Refusal } from '../painter.ts';
import { type FromWorker, fromPlain, type ToWorker } from './messages.ts';
import { Watchdog } from './watchdog.ts';

/** A thread that does not end by itself after so many ms is ended; one that even then does not is given up after as many again. */
const PATIENCE = 5000;
const LAST_PATIENCE = 2000;

export interface WorkerPainterOptions {
  /** A module that calls `paintForParent`. */
  readonly module: URL;
  /** Handed to the function given to `paintForParent`; plain data. */
  readonly data?: unknown;
  /** Hears of what the module warns of. */
  readonly onWarning?: (message: string) => void;
  /** Node's own flags for the thread; default those of this process. */
  readonly execArgv?: readonly string[];
  /**
   * Milliseconds after which a pass shows that the thread is stuck, and the painter is lost; default 30,000. Never less than opening took,
   * which draws several passes.
   */
  readonly passTimeout?: number;
  /** Ends the thread while it is being opened. */
  readonly signal?: AbortSignal | undefined;
}

/** A thread that nothing ends: it is in code of a backend that does not come back. It keeps the process from ending by itself. */
export class StuckThreadError extends Error {
  constructor() {
    super("the painter's thread is stuck in the backend and cannot be ended");
    this.name = 'StuckThreadError';
  }
}

interface Pending<Result> {
  resolve(result: Result): void;
  reject(error: Error): void;
}

/**
 * Starts a thread and waits until its painter is open.
 * @throws what the module threw, T2iErrors with their code and hint
 */
export async function openWorkerPainter(options: WorkerPainterOptions): Promise<Painter> {
  const { passTimeout = 30_000, signal } = options;
  signal?.throwIfAborted();
  const began = performance.now();
  const thread = new PainterThread(options);
  const abort = () => thread.giveUp(new Error('opening was given up'));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const facts = await thread.facts;
    thread.watch(Math.max(passTimeout, performance.now() - began));
    const { lost } = thread;
    return {
      facts,
      lost,
      paint: (cells) => thread.paint(cells),
      read: (captions) => thread.read(captions),
      dispose: () => thread.dispose(),
    };
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

class PainterThread {
  readonly facts: Promise<PainterFacts>;
  /** Settles when it can paint no more. */
  readonly lost: Promise<Error>;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  /** Passes that are under way, by their number, oldest first. */
  readonly #passes = new Map<number, Pending<(RgbImage | Refusal)[]>>();
  /** Readings that were asked for; they wait for the passes before them. */
  readonly #readings = new Map<number, Pending<readonly CaptionReading[]>>();
  #ids = 0;
  #watchdog: Watchdog | undefined;
  #failure: Error | undefined;
  #fail!: (error: Error) => void;
  #disposing: Promise<void> | undefined;

  constructor({ module, data, execArgv, onWarning = () => {} }: WorkerPainterOptions) {
    const worker = new Worker(module, { workerData: data, ...(execArgv && { execArgv: [...execArgv] }) });
    this.#worker = worker;
    this.lost = new Promise((resolve) => {
      this.#fail = (error) => {
        this.#failure ??= error;
        this.#watchdog?.rest();
        for (const { reject } of [...this.#passes.values(), ...this.#readings.values()]) reject(this.#failure);
        this.#passes.clear();
        this.#readings.clear();
        resolve(this.#failure);
      };
    });
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.once('error', this.#fail);
    worker.once('exit', (code) => this.#fail(new Error(`the painter's thread ended with code ${code}`)));
    this.facts = new Promise((resolve, reject) => {
      void this.lost.then(reject);
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'warning') onWarning(message.message);
        else if (message.kind === 'ready') resolve(message.facts);
        else if (message.kind === 'failed') reject(fromPlain(message.error));
        else this.#finish(message);
      });
    });
  }

  /** From now on a pass that takes longer means that the thread is stuck. */
  watch(milliseconds: number): void {
    const seconds = Math.round(milliseconds / 1000);
    this.#watchdog = new Watchdog(milliseconds, () =>
      this.giveUp(new Error(`a pass took more than ${seconds} s: the painter's thread is stuck`)),
    );
  }

  paint(cells: readonly Cell[]): Promise<(RgbImage | Refusal)[]> {
    return new Promise((resolve, reject) => {
      if (this.#disposing !== undefined) return reject(new Error('the painter was disposed of'));
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#passes.set(this.#ids, { resolve, reject });
      this.#watchdog?.expect();
      this.#tell({ id: this.#ids++, cells });
    });
  }

  read(captions: readonly string[]): Promise<readonly CaptionReading[]> {
    return new Promise((resolve, reject) => {
      if (this.#disposing !== undefined) return reject(new Error('the painter was disposed of'));
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#readings.set(this.#ids, { resolve, reject });
      this.#tell({ id: this.#ids++, captions });
    });
  }

  /** Ends the thread in whatever it does. Code of a backend cannot be interrupted: then it is left behind. */
  giveUp(error: Error): void {
    this.#fail(error);
    void this.#worker.terminate();
  }

  /** @throws StuckThreadError when the thread cannot be ended */
  dispose(): Promise<void> {
    this.#disposing ??= this.#end();
    return this.#disposing;
  }

  async #end(): Promise<void> {
    this.#tell('dispose');
    if (await this.#exits(PATIENCE)) return;
    void this.#worker.terminate();
    if (await this.#exits(LAST_PATIENCE)) return;
    this.#worker.unref();
    const error = new StuckThreadError();
    this.#fail(error);
    throw error;
  }

  async #exits(patience: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), patience);
    });
    const isOver = await Promise.race([this.#exited.then(() => true), late]);
    clearTimeout(timer);
    return isOver;
  }

  #finish(message: Extract<FromWorker, { id: number }>): void {
    const reading = this.#readings.get(message.id);
    if (reading !== undefined) {
      this.#readings.delete(message.id);
      if (message.kind === 'read') reading.resolve(message.readings);
      else if (message.kind === 'refused') reading.reject(fromPlain(message.error));
      return;
    }
    const pass = this.#passes.get(message.id);
    this.#passes.delete(message.id);
    this.#watchdog?.rest();
    if (this.#passes.size > 0) this.#watchdog?.expect();
    if (message.kind === 'painted') pass?.resolve([...message.results]);
    else if (message.kind === 'refused') pass?.reject(fromPlain(message.error));
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}
