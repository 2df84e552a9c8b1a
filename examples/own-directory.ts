/**
 * Trains on your own images: a directory with `photo.jpg` and `photo.txt` (one caption per line) side by side. Subdirectories are classes.
 *
 *     tsx examples/own-directory.ts --from my-images [--data data] [--run runs/own] [--fast]
 */

import { parseArgs } from 'node:util';
import { selectBackend } from '@t2i/backend';
import { prepareDirectory } from '@t2i/dataset/node';
import { PRESETS } from '@t2i/gan-cls';
import { parseRunConfig, trainRun } from '@t2i/pipeline';
import { ConsoleProgress } from '@t2i/trainer';

const { values: flags } = parseArgs({
  options: {
    from: { type: 'string' },
    data: { type: 'string', default: 'data' },
    run: { type: 'string', default: 'runs/own' },
    fast: { type: 'boolean', default: false },
  },
});
if (flags.from === undefined) throw new Error('Give a directory of images: --from my-images');

const progress = new ConsoleProgress();
const { directory } = await prepareDirectory({
  from: flags.from,
  cacheDirectory: flags.data,
  storedSize: 38,
  logger: progress,
});

await selectBackend();
const config = parseRunConfig({
  data: { kind: 'prepared', directory },
  model: PRESETS.tiny,
  batches: { batchSize: flags.fast ? 2 : 64 },
  trainer: flags.fast ? { maxSteps: 2 } : { epochs: 100 },
});
await trainRun(config, { runDirectory: flags.run, logger: progress, onStep: progress.update });
progress.close();
console.log(`Samples in ${flags.run}/samples`);
