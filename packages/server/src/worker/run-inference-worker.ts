/** The inference worker's side of its thread. */

import { parentPort, workerData } from 'node:worker_threads';
import { assert, type RgbImage } from '@t2i/core';
import type { RejectedCaption } from '../caption-embeddings.ts';
import type { InferenceWorker } from '../inference-worker.ts';
import { type FromWorker, type ToWorker, toPlain } from './messages.ts';

/**
 * Opens a worker and serves its owner until the owner disposes of it. Call it in the module that `openInferenceWorker` names.
 * @param open receives the owner's `data` and a function that sends warnings to the owner
 */
export async function runInferenceWorker(
  open: (data: unknown, warn: (message: string) => void) => Promise<InferenceWorker>,
): Promise<void> {
  const port = parentPort;
  assert(port !== null, 'runInferenceWorker runs in a worker thread');
  const send = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  let worker: InferenceWorker;
  try {
    worker = await open(workerData, (message) => send({ kind: 'warning', message }));
  } catch (error) {
    send({ kind: 'failed', error: toPlain(error) });
    return;
  }
  let last: Promise<void> = Promise.resolve();
  port.on('message', (message: ToWorker) => {
    last = last.then(async () => {
      if (message === 'dispose') {
        await worker.dispose();
        port.close();
        return;
      }
      const { id } = message;
      try {
        if ('captions' in message) {
          send({ kind: 'read', id, readings: (await worker.read?.(message.captions)) ?? [] });
          return;
        }
        const results = await worker.generate(message.requests);
        send({ kind: 'generated', id, results }, buffersOf(results));
      } catch (error) {
        send({ kind: 'error', id, error: toPlain(error) });
      }
    });
  });
  send({ kind: 'ready', info: worker.info });
}

/** The pixel buffers, which are moved to the other thread instead of copied. */
function buffersOf(results: readonly (RgbImage | RejectedCaption)[]): ArrayBuffer[] {
  return results.flatMap((result) => ('rejected' in result ? [] : [result.data.buffer as ArrayBuffer]));
}
