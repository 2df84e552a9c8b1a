/**
 * The whole path in two minutes: creates a toy data set, trains a small GAN-CLS on it, generates images for unseen captions,
 * and measures how many of their attributes are right.
 *
 *     pnpm quickstart            # or: tsx --conditions=@t2i/source examples/quickstart.ts [--fast] [--run directory]
 */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { selectBackend } from '@t2i/backend';
import { imageGrid, toRgbImages } from '@t2i/core';
import { writeFileAtomic } from '@t2i/core/node';
import { createToyFlowers, measureFaithfulness } from '@t2i/dataset';
import { PRESETS } from '@t2i/gan-cls';
import { encodeImage } from '@t2i/image-node';
import { parseRunConfig, TextToImagePipeline, trainRun } from '@t2i/pipeline';
import { ConsoleProgress, makeFilm } from '@t2i/trainer';

const { values: flags } = parseArgs({
  options: {
    fast: { type: 'boolean', default: false },
    run: { type: 'string', default: `runs/quickstart-${Date.now()}` },
  },
});
const runDirectory = flags.run;

const images = flags.fast ? 200 : 2000;
const config = parseRunConfig({
  data: { kind: 'toy-flowers', images },
  model: { ...PRESETS.tiny, objective: 'gan-int-cls' },
  batches: { batchSize: flags.fast ? 8 : 32 },
  trainer: flags.fast ? { epochs: 2, maxSteps: 4 } : { epochs: 50, learningRate: 1e-3, maxMinutes: 3 },
  preview: { captions: ['a red flower with a yellow centre'] },
});
const progress = new ConsoleProgress();
await selectBackend({ logger: progress });
await trainRun(config, { runDirectory, logger: progress, onStep: progress.update });
progress.close();

const film = join(runDirectory, 'film.webp');
await writeFileAtomic(film, (await makeFilm(runDirectory)).data);

// Captions with colour combinations that training never showed.
const pipeline = await TextToImagePipeline.open(runDirectory);
const flowers = await createToyFlowers({ images });
const unseen = [...flowers.splits.test].slice(0, 200).map((item) => flowers.captions(item)[0]!);
const generated = await pipeline.generate({ captions: unseen, seed: 7 });
const image = join(runDirectory, 'unseen.png');
await writeFileAtomic(image, await encodeImage(imageGrid(toRgbImages(generated).slice(0, 64), { columns: 8 })));
pipeline.dispose();

const faithfulness = measureFaithfulness(generated, unseen);
console.log(`\nAccuracy on ${unseen.length} captions with unseen attribute combinations, compared with chance:`);
for (const [attribute, { accuracy, chance, n }] of Object.entries(faithfulness.perAttribute)) {
  console.log(`  ${attribute.padEnd(14)} ${percent(accuracy)} right, chance ${percent(chance)}, ${n} captions`);
}
console.log(`
Samples per epoch  ${join(runDirectory, 'samples')}
Film               ${film}
Curves             ${join(runDirectory, 'curves.png')}
Unseen captions    ${image}

Generate your own images:
  npx --yes pnpm@10.34.9 t2i generate "a pink flower with a yellow centre" --run ${runDirectory} -n 8 --out flower.png

Or use the web page:
  npx --yes pnpm@10.34.9 t2i serve ${runDirectory}
`);

function percent(share: number): string {
  return `${(100 * share).toFixed(0).padStart(3)} %`;
}
