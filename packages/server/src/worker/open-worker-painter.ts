/** A painter in a thread of its own: while it draws, this thread goes on answering. */

import { Worker } from 'node:worker_threads';
import type { RgbImage } from '@t2i/core';
import type { Cell, Painter, PainterFacts, Refusal } from '../painter.ts';
import { type FromWorker, fromPlain, type ToWorker } from './messages.ts';

/** A thread that does not end by itself is ended. */
const PATIENCE = 5000; // ms

export interface WorkerPainterOptions {
  /** A module that calls `paintForParent`. */
  readonly module: URL;
  /** Handed to the function given to `paintForParent`; plain data. */
  readonly data?: unknown;
  /** Hears of what the module warns of. */
  readonly onWarning?: (message: string) => void;
  /** Node's own flags for the thread; default those of this process. */
  readonly execArgv?: readonly string[];
}

/**
 * Starts a thread and waits until its painter is open.
 * @throws what the module threw, T2iErrors with their code and hint
 */
export async function openWorkerPainter(options: WorkerPainterOptions): Promise<Painter> {
  const { module, data, execArgv, onWarning = () => {} } = options;
  const worker = new Worker(module, { workerData: data, ...(execArgv && { execArgv: [...execArgv] }) });
  const waiting = new Map<number, { resolve(results: (RgbImage | Refusal)[]): void; reject(error: Error): void }>();
  let disposed = false;
  let ended = false;
  let ids = 0;
  const tell = (message: ToWorker) => worker.postMessage(message);

  const lost = new Promise<Error>((resolve) => {
    worker.once('error', resolve);
    worker.once('exit', (code) => resolve(new Error(`the painter's thread ended with code ${code}`)));
  });
  void lost.then((error) => {
    ended = true;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  const facts = await new Promise<PainterFacts>((resolve, reject) => {
    void lost.then(reject);
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'warning') return onWarning(message.message);
      if (message.kind === 'ready') return resolve(message.facts);
      if (message.kind === 'failed') return reject(fromPlain(message.error));
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.kind === 'painted') asked?.resolve([...message.results]);
      else asked?.reject(fromPlain(message.error));
    });
  });

  return {
    facts,
    lost,
    paint(cells: readonly Cell[]) {
      return new Promise((resolve, reject) => {
        if (ended) return reject(new Error(disposed ? 'the painter was disposed of' : "the painter's thread is dead"));
        waiting.set(ids, { resolve, reject });
        tell({ id: ids++, cells });
      });
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      ended = true;
      tell('dispose');
      const impatient = setTimeout(() => void worker.terminate(), PATIENCE);
      await lost;
      clearTimeout(impatient);
    },
  };
}
