/**
 * The whole path in two minutes: draw a toy data set, train a small GAN-CLS on it, draw captions it has never seen,
 * and measure how many of their colours come out right.
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

// Captions about combinations of colours that training never showed.
const pipeline = await TextToImagePipeline.open(runDirectory);
const flowers = await createToyFlowers({ images });
const unseen = [...flowers.splits.test].slice(0, 200).map((item) => flowers.captions(item)[0]!);
const drawn = await pipeline.generate({ captions: unseen, seed: 7 });
const image = join(runDirectory, 'unseen.png');
await writeFileAtomic(image, await encodeImage(imageGrid(toRgbImages(drawn).slice(0, 64), { columns: 8 })));
pipeline.dispose();

const faithfulness = measureFaithfulness(drawn, unseen);
console.log(`\nFaithfulness to ${unseen.length} captions about unseen combinations:`);
for (const [attribute, { accuracy, chance, n }] of Object.entries(faithfulness.perAttribute)) {
  console.log(`  ${attribute.padEnd(14)} ${percent(accuracy)} right, chance ${percent(chance)}, ${n} captions`);
}
console.log(`
Samples by epoch   ${join(runDirectory, 'samples')}
The film of them   ${film}
Curves             ${join(runDirectory, 'curves.png')}
Unseen captions   ${image}

Now draw your own:
  npx --yes pnpm@10.34.9 t2i generate "a pink flower with a yellow centre" --run ${runDirectory} -n 8 --out flower.png

Or on a page in the browser:
  npx --yes pnpm@10.34.9 t2i serve ${runDirectory}
`);

function percent(share: number): string {
  return `${(100 * share).toFixed(0).padStart(3)} %`;
}
