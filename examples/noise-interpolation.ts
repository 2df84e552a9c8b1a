/**
 * Interpolates between noises with a fixed caption in each row: the right half of the paper's figure 8.
 *
 *     tsx examples/noise-interpolation.ts --run runs/<name> [--steps 8] [--seed 1] [--out noise-interpolation.png]
 */

import { parseArgs } from 'node:util';
import { selectBackend } from '@t2i/backend';
import { enlarge, toRgbImages } from '@t2i/core';
import { writeFileAtomic } from '@t2i/core/node';
import { encodeImage, labelledGrid } from '@t2i/image-node';
import { TextToImagePipeline } from '@t2i/pipeline';

const CAPTIONS = [
  'a bright red flower with a yellow centre',
  'this flower has white petals and a yellow centre',
  'the petals are purple and the stamen is white',
  'a large orange flower',
] as const;

const { values: flags } = parseArgs({
  options: {
    run: { type: 'string' },
    steps: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'noise-interpolation.png' },
  },
});
if (flags.run === undefined) throw new Error('Give a trained run: --run runs/<name>');

await selectBackend();
const pipeline = await TextToImagePipeline.open(flags.run);
const rows = [];
for (const caption of CAPTIONS) {
  for (const fromSeed of [Number(flags.seed), Number(flags.seed) + 1]) {
    const ends = { fromSeed, toSeed: fromSeed + 10 };
    const batch = await pipeline.interpolateNoise(caption, { ...ends, steps: Number(flags.steps) });
    const images = toRgbImages(batch).map((image) => enlarge(image, 2));
    rows.push({ caption, note: `noise of seed ${ends.fromSeed} → ${ends.toSeed}`, images });
  }
}
pipeline.dispose();
await writeFileAtomic(flags.out, await encodeImage(await labelledGrid(rows)));
console.log(flags.out);
