/** What stands beside an exported model: its card, a sheet of samples, and the configuration that trains it again. */

import { join } from 'node:path';
import { CheckpointError, toRgbImages } from '@t2i/core';
import { readInside } from '@t2i/core/node';
import { encodeImage, labelledGrid } from '@t2i/image-node';
import type { ExportedRun, RunEvaluation } from '@t2i/pipeline';
import { secondsTrained } from '@t2i/trainer';
import { modelCard } from './model-card.ts';

const COLUMNS = 8;
const SEED = 7;
const REPORT = 'evaluation/report.json';

/** Files by their names; `samples.webp` only where the run has captions of its own to draw after every epoch. */
export async function cardFiles(
  runDirectory: string,
  { record, manifest, pipeline }: ExportedRun,
): Promise<Readonly<Record<string, string | Uint8Array>>> {
  const { captions } = record.config.preview;
  const card = modelCard({
    manifest,
    hasSamples: captions.length > 0,
    seconds: await secondsTrained(runDirectory),
    evaluation: await readEvaluation(runDirectory),
  });
  const training = `${JSON.stringify(portable(record), null, 2)}\n`;
  if (captions.length === 0) return { 'README.md': card, 'training.json': training };
  const images = toRgbImages(await pipeline.generate({ captions, seed: SEED, perCaption: COLUMNS }));
  const rows = captions.map((caption, i) => ({ caption, images: images.slice(i * COLUMNS, (i + 1) * COLUMNS) }));
  const samples = await encodeImage(await labelledGrid(rows), { format: 'webp' });
  return { 'README.md': card, 'training.json': training, 'samples.webp': samples };
}

/** The configuration as others can use it: directories by the names that the documentation uses. */
function portable({ config, dataset }: ExportedRun['record']): unknown {
  const { data, encoder } = config;
  return {
    ...config,
    data: data.kind === 'prepared' ? { ...data, directory: `data/${dataset.name}` } : data,
    encoder: encoder.kind === 'saved' ? { ...encoder, directory: 'runs/encoder' } : encoder,
  };
}

/** What `t2i evaluate` found, where it was called. */
async function readEvaluation(runDirectory: string): Promise<RunEvaluation['report'] | undefined> {
  const bytes = await readInside(runDirectory, REPORT).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(bytes.toString()) as RunEvaluation['report'];
  } catch (cause) {
    throw new CheckpointError(`${join(runDirectory, REPORT)} is not valid JSON.`, {
      hint: 'Evaluate the run again.',
      cause,
    });
  }
}
