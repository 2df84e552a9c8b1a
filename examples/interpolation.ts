/**
 * The way from one sentence to another (fixed noise along a row), and from one noise to another (fixed sentence):
 * the two kinds of interpolation in the paper's section 5.3.
 *
 *     tsx examples/interpolation.ts --run runs/<name> [--from sentence] [--to sentence] [--out interpolation.png]
 */

import { parseArgs } from 'node:util';
import { selectBackend } from '@t2i/backend';
import { imageGrid, type RgbImage, toRgbImages } from '@t2i/core';
import { writeFileAtomic } from '@t2i/core/node';
import { encodeImage } from '@t2i/image-node';
import { TextToImagePipeline } from '@t2i/pipeline';

const { values: flags } = parseArgs({
  options: {
    run: { type: 'string' },
    from: { type: 'string', default: 'a red flower with a yellow centre' },
    to: { type: 'string', default: 'a blue flower with a white centre' },
    out: { type: 'string', default: 'interpolation.png' },
  },
});
if (flags.run === undefined) throw new Error('Name a trained run: --run runs/<name>');

await selectBackend();
const pipeline = await TextToImagePipeline.open(flags.run);
const steps = 8;
const rows: RgbImage[] = [];
for (const seed of [1, 2, 3]) {
  rows.push(...toRgbImages(await pipeline.interpolateSentences(flags.from, flags.to, { seed, steps })));
}
for (const fromSeed of [1, 2, 3]) {
  rows.push(...toRgbImages(await pipeline.interpolateNoise(flags.from, { fromSeed, toSeed: fromSeed + 10, steps })));
}
pipeline.dispose();
await writeFileAtomic(flags.out, await encodeImage(imageGrid(rows, { columns: steps })));
console.log(flags.out);
