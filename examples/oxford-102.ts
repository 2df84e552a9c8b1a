/**
 * Trains on Oxford-102 flowers with the paper's split (82 training classes, 20 unseen classes) and objective.
 * Prepare the data once: pnpm t2i dataset prepare oxford-102 --from <directory with the archives> --out data/oxford-102
 *
 *     tsx examples/oxford-102.ts [--data data/oxford-102] [--run runs/oxford-102] [--fast]
 */

import { parseArgs } from 'node:util';
import { selectBackend } from '@t2i/backend';
import { PRESETS } from '@t2i/gan-cls';
import { parseRunConfig, trainRun } from '@t2i/pipeline';
import { ConsoleProgress } from '@t2i/trainer';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: 'data/oxford-102' },
    run: { type: 'string', default: 'runs/oxford-102' },
    fast: { type: 'boolean', default: false },
  },
});

await selectBackend();
const config = parseRunConfig({
  data: { kind: 'prepared', directory: flags.data },
  // PRESETS.reed2016 is the authors' network; dcgan is four times cheaper.
  model: {
    ...PRESETS.dcgan,
    ...(flags.fast && { generatorFilters: 4, discriminatorFilters: 4 }),
    objective: 'gan-int-cls',
  },
  batches: flags.fast ? { batchSize: 4 } : { batchSize: 64, captionsPerImage: 10 },
  trainer: flags.fast ? { maxSteps: 2 } : { epochs: 600 },
  preview: { captions: ['this flower has white petals and a yellow centre'] },
});
const progress = new ConsoleProgress();
const result = await trainRun(config, { runDirectory: flags.run, logger: progress, onStep: progress.update });
progress.close();
console.log(`${result.images} images shown; samples in ${flags.run}/samples`);
