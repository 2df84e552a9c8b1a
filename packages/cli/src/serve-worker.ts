/** The thread in which `t2i serve` draws: one revision of one run. Started by `run-source.ts`. */

import { type EngineName, selectBackend } from '@t2i/backend';
import { TextToImagePipeline } from '@t2i/pipeline';
import { createPainter, paintForParent } from '@t2i/server/worker';
import { readLog, runPaths } from '@t2i/trainer';

/** What the thread is told. */
export interface ServeWorkerData {
  readonly run: string;
  readonly backend: 'auto' | EngineName;
  readonly maxRows: number;
}

/** Enough of the hash of the weights to tell revisions apart. */
const REVISION_DIGITS = 16;

await paintForParent(async (data, warn) => {
  const { run, backend, maxRows } = data as ServeWorkerData;
  const { name, version, instructionSet } = await selectBackend({ prefer: backend });
  // Only until it is open: later the encoder would repeat captions that people typed.
  let opening = true;
  const logger = { info: () => {}, warn: (message: string) => opening && warn(message) };
  const { model, encoder, run: opened } = await TextToImagePipeline.open(run, logger);
  opening = false;
  const { record, checkpoint } = opened!;
  const { step, epoch, images: imagesShown, weights } = checkpoint;
  const metrics = (await readLog(runPaths(run).log)).findLast((line) => line.step <= step) ?? null;
  const { model: networks, batches, trainer, seed } = record.config; // no folders of this machine
  return createPainter({
    model,
    encoder,
    maxRows,
    revision: weights.sha256.slice(0, REVISION_DIGITS),
    engine: [name, version, instructionSet].filter((part) => part !== undefined).join(' '),
    details: {
      epoch,
      step,
      imagesShown,
      weights,
      metrics,
      dataset: record.dataset,
      config: { seed, model: networks, batches, trainer },
    },
  });
});
