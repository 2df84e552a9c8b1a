/**
 * Interpolates between captions with fixed noise in each row: the left half of the paper's figure 8.
 *
 *     tsx examples/caption-interpolation.ts --run runs/<name> [--steps 8] [--seed 1] [--out caption-interpolation.png]
 */

import { parseArgs } from 'node:util';
import { selectBackend } from '@t2i/backend';
import { enlarge, toRgbImages } from '@t2i/core';
import { writeFileAtomic } from '@t2i/core/node';
import { encodeImage, labelledGrid } from '@t2i/image-node';
import { TextToImagePipeline } from '@t2i/pipeline';

/** One pair for each of colour, shape, size and centre; every pair gets two rows with different noise. */
const PAIRS = [
  ['a bright red flower with a yellow centre', 'a blue flower with a yellow centre'],
  ['this flower has thin pointed white petals', 'this flower has wide round white petals'],
  ['a small purple flower', 'a large orange flower'],
  ['a yellow flower with a black centre', 'a pink flower with a white centre'],
] as const;

const { values: flags } = parseArgs({
  options: {
    run: { type: 'string' },
    steps: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'caption-interpolation.png' },
  },
});
if (flags.run === undefined) throw new Error('Give a trained run: --run runs/<name>');

await selectBackend();
const pipeline = await TextToImagePipeline.open(flags.run);
const rows = [];
for (const [from, to] of PAIRS) {
  for (const seed of [Number(flags.seed), Number(flags.seed) + 1]) {
    const batch = await pipeline.interpolateCaptions(from, to, { seed, steps: Number(flags.steps) });
    const images = toRgbImages(batch).map((image) => enlarge(image, 2));
    rows.push({ caption: `${from} → ${to}`, note: `noise of seed ${seed}`, images });
  }
}
pipeline.dispose();
await writeFileAtomic(flags.out, await encodeImage(await labelledGrid(rows)));
console.log(flags.out);
