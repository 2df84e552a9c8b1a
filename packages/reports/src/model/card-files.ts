/** The files that accompany an exported model: its card, sample images, and the configuration that trains it again. */

import { toRgbImages } from '@t2i/core';
import { encodeImage, labelledGrid } from '@t2i/image-node';
import type { ExportedRun } from '@t2i/pipeline';
import { type ModelCard, modelCard } from './model-card.ts';

const COLUMNS = 8;
const SEED = 7;

/** Files by name. `samples.webp` is included if the run has preview captions. */
export async function cardFiles(
  { record, manifest, pipeline }: ExportedRun,
  { seconds, evaluation }: Pick<ModelCard, 'seconds' | 'evaluation'>,
): Promise<Readonly<Record<string, string | Uint8Array>>> {
  const { captions } = record.config.preview;
  const card = modelCard({ manifest, hasSamples: captions.length > 0, seconds, evaluation });
  const training = `${JSON.stringify(portable(record), null, 2)}\n`;
  if (captions.length === 0) return { 'README.md': card, 'training.json': training };
  const images = toRgbImages(await pipeline.generate({ captions, seed: SEED, perCaption: COLUMNS }));
  const rows = captions.map((caption, i) => ({ caption, images: images.slice(i * COLUMNS, (i + 1) * COLUMNS) }));
  const samples = await encodeImage(await labelledGrid(rows), { format: 'webp' });
  return { 'README.md': card, 'training.json': training, 'samples.webp': samples };
}

/** The configuration with the directory names of the documentation. */
function portable({ config, dataset }: ExportedRun['record']): unknown {
  const { data, encoder } = config;
  return {
    ...config,
    data: data.kind === 'prepared' ? { ...data, directory: `data/${dataset.name}` } : data,
    encoder: encoder.kind === 'saved' ? { ...encoder, directory: 'runs/encoder' } : encoder,
  };
}
