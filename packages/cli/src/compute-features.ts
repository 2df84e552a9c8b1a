/** Computes the features of `t2i encoder features`, and prints how far they are. */

import { selectBackend } from '@t2i/backend';
import { openDataset, sourcePhotos } from '@t2i/dataset/node';
import { type ExtractProgress, extractFeatures } from '@t2i/image-encoder/node';
import type { BackendFlag } from './flags.ts';
import { withInterrupt } from './interrupt.ts';
import { type GoogLeNetFlags, readGoogLeNet } from './network-files.ts';
import type { Output } from './output.ts';

export interface FeaturesFlags extends GoogLeNetFlags {
  data: string;
  from: string;
  followLinks?: boolean;
  out: string;
  views: string[];
  batchSize: number;
  backend: BackendFlag;
}

export async function computeFeatures(flags: FeaturesFlags, output: Output): Promise<void> {
  await selectBackend({ prefer: flags.backend, logger: output });
  const encoder = await readGoogLeNet(flags);
  const dataset = await openDataset(flags.data);
  const progress = everyMinute(output);
  try {
    await withInterrupt(
      () => output.info('Stopping after this batch; the same command continues. Press Ctrl-C again to stop at once'),
      (signal) =>
        extractFeatures({
          ...{ encoder, dataset, signal, directory: flags.out, views: flags.views, batchSize: flags.batchSize },
          photos: () => sourcePhotos(dataset, flags.from),
          logger: output,
          onProgress: progress,
        }),
    );
    output.write(`${flags.out}\n`);
  } finally {
    encoder.dispose();
    await dataset.close();
  }
}

/** Prints a line every minute: the work takes minutes to an hour. */
function everyMinute(output: Output): (progress: ExtractProgress) => void {
  const start = performance.now();
  let computed = 0;
  let before = { view: '', done: 0 };
  let printedAt = start;
  return ({ view, done, total }) => {
    computed += before.view === view ? done - before.done : 0;
    before = { view, done };
    const now = performance.now();
    if (now - printedAt < 60_000 && done !== total) return;
    printedAt = now;
    output.info(`${view}: ${done} of ${total} photos, ${((computed / (now - start)) * 1000).toFixed(1)}/s`);
  };
}
