/** The painter's side of its thread. */

import { parentPort, workerData } from 'node:worker_threads';
import { assert, type RgbImage } from '@t2i/core';
import type { Painter, Refusal } from '../painter.ts';
import { type FromWorker, type ToWorker, toPlain } from './messages.ts';

/**
 * To be called by the module that `openWorkerPainter` names: opens a painter and paints with it until its owner disposes of it.
 * @param open receives the owner's `data`, and where to say what its owner should know
 */
export async function paintForParent(
  open: (data: unknown, warn: (message: string) => void) => Promise<Painter>,
): Promise<void> {
  const port = parentPort;
  assert(port !== null, 'paintForParent runs in a worker thread');
  const tell = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  let painter: Painter;
  try {
    painter = await open(workerData, (message) => tell({ kind: 'warning', message }));
  } catch (error) {
    tell({ kind: 'failed', error: toPlain(error) });
    return;
  }
  let last: Promise<void> = Promise.resolve();
  port.on('message', (message: ToWorker) => {
    last = last.then(async () => {
      if (message === 'dispose') {
        await painter.dispose();
        port.close();
        return;
      }
      const { id } = message;
      try {
        if ('captions' in message) {
          tell({ kind: 'read', id, readings: (await painter.read?.(message.captions)) ?? [] });
          return;
        }
        const results = await painter.paint(message.cells);
        tell({ kind: 'painted', id, results }, buffersOf(results));
      } catch (error) {
        tell({ kind: 'refused', id, error: toPlain(error) });
      }
    });
  });
  tell({ kind: 'ready', facts: painter.facts });
}

/** The pixels move to the other thread instead of being copied. */
function buffersOf(results: readonly (RgbImage | Refusal)[]): ArrayBuffer[] {
  return results.flatMap((result) => ('refused' in result ? [] : [result.data.buffer as ArrayBuffer]));
}
