/**
 * What encoders hear of a sentence, and what generators draw of it.
 *
 *   pnpm bench:listening [--pictures 12] [--json report.json] packages/text-encoder/weights/oxford-102 packages/flowers/model runs/encoder …
 *
 * Every folder is an encoder (weights, or a run of `t2i encoder train`), a published model or a run of `t2i train`. Of the last two, pictures are drawn
 * as well; `--pictures 0` draws none. `--complete WORDS` puts other words before sentences
 * that do not begin as the data do than a published model states itself, `--complete none` nothing. `--photos data/oxford-102` says how often the measure of pictures sees in photos the colour that all of their captions name.
 */

import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { selectBackend } from '@t2i/backend';
import { openDataset } from '@t2i/dataset/node';
import { isModelFolder, openModelEncoder } from '@t2i/published-model/node';
import { CompletedEncoder, USUAL_BEGINNINGS } from '@t2i/text-encoder';
import { openTrainedEncoder, TextToImagePipeline } from '../src/index.ts';
import { hearWords, type WordsHeard } from '../src/listening/hear-words.ts';
import { encoderTables, pictureTable } from '../src/listening/listening-report.ts';
import { seePhotos } from '../src/listening/see-photos.ts';
import { type PicturesSeen, seePictures } from '../src/listening/see-pictures.ts';

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    pictures: { type: 'string', default: '12' },
    json: { type: 'string' },
    photos: { type: 'string' },
    complete: { type: 'string' },
    backend: { type: 'string' },
  },
});
const pictures = Number(values.pictures);
if ((folders.length === 0 && values.photos === undefined) || !Number.isInteger(pictures) || pictures < 0) {
  throw new Error('Give a folder or more, or --photos, and --pictures as a whole number.');
}

await selectBackend({ prefer: (values.backend ?? 'auto') as 'auto' });
const reports: { folder: string; heard: WordsHeard; seen?: readonly PicturesSeen[] }[] = [];
for (const folder of folders) {
  console.log(`## ${folder}\n`);
  const pipeline = (await drawsPictures(folder)) ? await opened(folder) : undefined;
  const encoder = pipeline?.encoder ?? (await openTrainedEncoder(folder));
  const heard = await hearWords(encoder);
  console.log(`${heard.encoder}\n\n${encoderTables(heard)}\n`);
  const seen = pipeline && pictures > 0 ? await seePictures(pipeline, pictures) : undefined;
  if (seen !== undefined) console.log(`${pictures} pictures of each sentence:\n\n${pictureTable(seen)}\n`);
  reports.push({ folder, heard, ...(seen && { seen }) });
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

/** With the completion that was asked for instead of its own, where one was. */
async function opened(folder: string): Promise<TextToImagePipeline> {
  const pipeline = await TextToImagePipeline.open(folder);
  if (values.complete === undefined) return pipeline;
  const encoder = await openModelEncoder(folder);
  const completion = { prefix: values.complete, unless: USUAL_BEGINNINGS };
  return new TextToImagePipeline(
    pipeline.model,
    values.complete === 'none' ? encoder : new CompletedEncoder(encoder, completion),
  );
}

/** A run of `t2i train` draws; that of `t2i encoder train` has a record as well, but its encoder opens by itself. */
async function drawsPictures(folder: string): Promise<boolean> {
  if (await isModelFolder(folder)) return true;
  const hasRecord = await succeeds(access(join(folder, 'run.json')));
  return hasRecord && !(await succeeds(openTrainedEncoder(folder)));
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
