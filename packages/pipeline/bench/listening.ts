/**
 * The listening test of encoders, and of generators.
 *
 *   pnpm bench:listening [--images 12] [--json report.json] packages/text-encoder/weights/oxford-102 packages/flowers/model runs/encoder …
 *
 * Every directory is an encoder (weights, or a run of `t2i encoder train`), a published model or a run of `t2i train`. The last two also
 * generate images; `--images 0` generates none. `--complete WORDS` puts these words, instead of the published model's own, before captions
 * that do not begin like the data; `--complete none` puts none. `--photos data/oxford-102` reports how often the measure of images sees in photos the colour that all of their captions name.
 */

import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { selectBackend } from '@t2i/backend';
import { openDataset } from '@t2i/dataset/node';
import { openModelEncoder } from '@t2i/published-model/node';
import { CompletedEncoder, USUAL_BEGINNINGS } from '@t2i/text-encoder';
import { openDirectory, openTrainedEncoder, TextToImagePipeline } from '../src/index.ts';
import { hearWords, type WordsHeard } from '../src/listening/hear-words.ts';
import { encoderTables, imageTable } from '../src/listening/listening-report.ts';
import { type ImagesSeen, seeImages } from '../src/listening/see-images.ts';
import { seePhotos } from '../src/listening/see-photos.ts';

const { values, positionals: directories } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string', default: '12' },
    json: { type: 'string' },
    photos: { type: 'string' },
    complete: { type: 'string' },
    backend: { type: 'string' },
  },
});
const images = Number(values.images);
if ((directories.length === 0 && values.photos === undefined) || !Number.isInteger(images) || images < 0) {
  throw new Error('Give a directory or more, or --photos, and --images as a whole number.');
}

await selectBackend({ prefer: (values.backend ?? 'auto') as 'auto' });
const reports: { directory: string; heard: WordsHeard; seen?: readonly ImagesSeen[] }[] = [];
for (const directory of directories) {
  console.log(`## ${directory}\n`);
  const pipeline = (await generatesImages(directory)) ? await opened(directory) : undefined;
  const encoder = pipeline?.encoder ?? (await openTrainedEncoder(directory));
  const heard = await hearWords(encoder);
  console.log(`${heard.encoder}\n\n${encoderTables(heard)}\n`);
  const seen = pipeline && images > 0 ? await seeImages(pipeline, images) : undefined;
  if (seen !== undefined) console.log(`${images} images of each caption:\n\n${imageTable(seen)}\n`);
  reports.push({ directory, heard, ...(seen && { seen }) });
  (pipeline ?? encoder).dispose?.();
}
if (values.photos !== undefined) {
  const dataset = await openDataset(values.photos);
  for (const { colour, photos, right } of await seePhotos(dataset)) {
    console.log(`photos called ${colour}: ${right} of ${photos} seen so`);
  }
  await dataset.close();
}
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(reports, null, 2)}\n`);

/** The encoder with the requested completion instead of its own, if one was requested. */
async function opened(directory: string): Promise<TextToImagePipeline> {
  const pipeline = await TextToImagePipeline.open(directory);
  if (values.complete === undefined) return pipeline;
  const encoder = await openModelEncoder(directory);
  const completion = { prefix: values.complete, unless: USUAL_BEGINNINGS };
  return new TextToImagePipeline(
    pipeline.model,
    values.complete === 'none' ? encoder : new CompletedEncoder(encoder, completion),
  );
}

/** Published models and runs of `t2i train` do; encoders and their runs do not. */
async function generatesImages(directory: string): Promise<boolean> {
  const opened = await openDirectory(directory);
  return opened.holds === 'published-model' || (opened.holds === 'run' && opened.kind === 'text-to-image');
}
