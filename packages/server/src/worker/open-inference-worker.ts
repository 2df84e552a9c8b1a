/** Runs an inference worker in a thread of its own, so that this thread stays responsive. */

import { Worker } from 'node:worker_threads';
import type { CaptionReading, ImageRequest, RgbImage } from '@t2i/core';
import type { RejectedCaption } from '../caption-embeddings.ts';
import type { InferenceWorker, InferenceWorkerInfo } from '../inference-worker.ts';
import { type FromWorker, fromPlain, type ToWorker } from './messages.ts';
import { Watchdog } from './watchdog.ts';

/** Milliseconds until a thread that does not exit is terminated, and then until it is abandoned. */
const TERMINATE_AFTER = 5000;
const ABANDON_AFTER = 2000;

export interface OpenInferenceWorkerOptions {
  /** A module that calls `runInferenceWorker`. */
  readonly module: URL;
  /** Plain data for the function that `runInferenceWorker` receives. */
  readonly data?: unknown;
  /** Receives the warnings of the module. */
  readonly onWarning?: (message: string) => void;
  /** Node flags for the thread; default those of this process. */
  readonly execArgv?: readonly string[];
  /**
   * Milliseconds after which a running pass means that the thread is stuck and the worker is lost; default 30,000. Never less than
   * opening took, which runs several passes.
   */
  readonly passTimeout?: number;
  /** Terminates the thread while the worker is opening. */
  readonly signal?: AbortSignal | undefined;
}

/** The thread cannot be terminated, because it is inside native code that does not return. It keeps the process alive. */
export class StuckThreadError extends Error {
  constructor() {
    super('the worker thread is stuck in the backend and cannot be terminated');
    this.name = 'StuckThreadError';
  }
}

interface Pending<Result> {
  resolve(result: Result): void;
  reject(error: Error): void;
}

/**
 * Starts a thread and waits until its worker is open.
 * @throws the error of the module; a `T2iError` keeps its code and hint
 */
export async function openInferenceWorker(options: OpenInferenceWorkerOptions): Promise<InferenceWorker> {
  const { passTimeout = 30_000, signal } = options;
  signal?.throwIfAborted();
  const began = performance.now();
  const thread = new InferenceThread(options);
  const abort = () => thread.abandon(new Error('opening the worker was aborted'));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const info = await thread.info;
    thread.watch(Math.max(passTimeout, performance.now() - began));
    const { lost } = thread;
    return {
      info,
      lost,
      generate: (requests) => thread.generate(requests),
      read: (captions) => thread.read(captions),
      dispose: () => thread.dispose(),
    };
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

class InferenceThread {
  readonly info: Promise<InferenceWorkerInfo>;
  /** Resolves when it can generate no more. */
  readonly lost: Promise<Error>;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  /** Running passes by id, oldest first. */
  readonly #passes = new Map<number, Pending<(RgbImage | RejectedCaption)[]>>();
  /** Requested readings by id. They wait for earlier passes. */
  readonly #readings = new Map<number, Pending<readonly CaptionReading[]>>();
  #ids = 0;
  #watchdog: Watchdog | undefined;
  #failure: Error | undefined;
  #fail!: (error: Error) => void;
  #disposing: Promise<void> | undefined;

  constructor({ module, data, execArgv, onWarning = () => {} }: OpenInferenceWorkerOptions) {
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
    worker.once('exit', (code) => this.#fail(new Error(`the worker thread exited with code ${code}`)));
    this.info = new Promise((resolve, reject) => {
      void this.lost.then(reject);
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'warning') onWarning(message.message);
        else if (message.kind === 'ready') resolve(message.info);
        else if (message.kind === 'failed') reject(fromPlain(message.error));
        else this.#finish(message);
      });
    });
  }

  /** From now on the thread is stuck if a pass takes longer. */
  watch(milliseconds: number): void {
    const seconds = Math.round(milliseconds / 1000);
    this.#watchdog = new Watchdog(milliseconds, () =>
      this.abandon(new Error(`a pass took more than ${seconds} s: the worker thread is stuck`)),
    );
  }

  generate(requests: readonly ImageRequest[]): Promise<(RgbImage | RejectedCaption)[]> {
    return new Promise((resolve, reject) => {
      if (this.#disposing !== undefined) return reject(new Error('the worker is disposed'));
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#passes.set(this.#ids, { resolve, reject });
      this.#watchdog?.expect();
      this.#send({ id: this.#ids++, requests });
    });
  }

  read(captions: readonly string[]): Promise<readonly CaptionReading[]> {
    return new Promise((resolve, reject) => {
      if (this.#disposing !== undefined) return reject(new Error('the worker is disposed'));
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#readings.set(this.#ids, { resolve, reject });
      this.#send({ id: this.#ids++, captions });
    });
  }

  /** Terminates the thread. Native code of a backend cannot be interrupted; the thread is then abandoned. */
  abandon(error: Error): void {
    this.#fail(error);
    void this.#worker.terminate();
  }

  /** @throws StuckThreadError when the thread cannot be terminated */
  dispose(): Promise<void> {
    this.#disposing ??= this.#end();
    return this.#disposing;
  }

  async #end(): Promise<void> {
    this.#send('dispose');
    if (await this.#exitsWithin(TERMINATE_AFTER)) return;
    void this.#worker.terminate();
    if (await this.#exitsWithin(ABANDON_AFTER)) return;
    this.#worker.unref();
    const error = new StuckThreadError();
    this.#fail(error);
    throw error;
  }

  async #exitsWithin(milliseconds: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), milliseconds);
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
      else if (message.kind === 'error') reading.reject(fromPlain(message.error));
      return;
    }
    const pass = this.#passes.get(message.id);
    this.#passes.delete(message.id);
    this.#watchdog?.rest();
    if (this.#passes.size > 0) this.#watchdog?.expect();
    if (message.kind === 'generated') pass?.resolve([...message.results]);
    else if (message.kind === 'error') pass?.reject(fromPlain(message.error));
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}
