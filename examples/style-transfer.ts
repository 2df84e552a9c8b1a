/**
 * Style transfer, the paper's figure 6: photos along the top, one row for each caption. The run's style encoder S recovers the noise of
 * a photo, and G generates an image from that noise and the caption. If the run has no style encoder, one is trained first.
 *
 *     tsx examples/style-transfer.ts --run runs/<name> --photos <directory> [--count 8] [--out style-transfer.png] [--fast]
 */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { selectBackend } from '@t2i/backend';
import { exists, writeFileAtomic } from '@t2i/core/node';
import { encodeImage } from '@t2i/image-node';
import {
  openStyleEncoder,
  parseStyleConfig,
  readPhoto,
  restyle,
  styleDirectory,
  styleSheet,
  TextToImagePipeline,
  trainStyle,
} from '@t2i/pipeline';
import { ConsoleProgress } from '@t2i/trainer';

const CAPTIONS = [
  'a bright red flower with a yellow centre',
  'this flower has white petals and a yellow centre',
  'the petals are purple and the stamen is white',
  'a large orange flower',
  'this flower is blue with thin petals',
];

const { values: flags } = parseArgs({
  options: {
    run: { type: 'string' },
    photos: { type: 'string' },
    count: { type: 'string', default: '8' },
    out: { type: 'string', default: 'style-transfer.png' },
    fast: { type: 'boolean', default: false },
  },
});
if (flags.run === undefined) throw new Error('Give a trained run: --run runs/<name>');
if (flags.photos === undefined) throw new Error('Give a directory of photos: --photos <directory>');

await selectBackend();
const directory = styleDirectory(flags.run);
const isTrained = await exists(directory);
if (!isTrained) {
  const progress = new ConsoleProgress();
  const config = parseStyleConfig(flags.fast ? { batches: { batchSize: 4 }, trainer: { maxSteps: 2 } } : {});
  await trainStyle(config, { runDirectory: flags.run, logger: progress, onStep: progress.update });
  progress.close();
}

const pipeline = await TextToImagePipeline.open(flags.run);
const { style } = await openStyleEncoder(pipeline, directory);
const names = (await readdir(flags.photos)).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
const files = names.slice(0, Number(flags.count)).map((name) => join(flags.photos!, name));
const photos = await Promise.all(files.map((file) => readPhoto(file, pipeline.model.imageSize)));
const request = { photos, captions: CAPTIONS };
const sheet = await styleSheet(request, await restyle(pipeline, style, request));
style.dispose();
pipeline.dispose();
await writeFileAtomic(flags.out, await encodeImage(sheet));
console.log(flags.out);
