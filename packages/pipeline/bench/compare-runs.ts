/**
 * Compares short runs, in a quarter of the time of `t2i evaluate`: the Fréchet and kernel distance and the R-precision of the images that each
 * generates for the same captions of test photos with the same noise.
 *
 *   pnpm bench:runs --data data/oxford-102 --googlenet bvlc_googlenet.safetensors [--googlenet-sides 224,448] [--samples 1155] runs/a runs/b …
 */

import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { selectBackend } from '@t2i/backend';
import { generateBatches, type ImageBatch, Rng } from '@t2i/core';
import { openDataset } from '@t2i/dataset/node';
import { GoogLeNet } from '@t2i/image-encoder';
import { resizeBicubic } from '@t2i/image-node';
import { encodeImages } from '@t2i/metrics';
import { precompute } from '@t2i/text-encoder';
import { normalisesImages } from '../src/encoder-training/compared-with.ts';
import type { MetricKind } from '../src/evaluation/evaluation-report.ts';
import { photoBatches } from '../src/evaluation/image-sources.ts';
import { distanceMetrics, fitMetrics, namer, referenceOf } from '../src/evaluation/metrics.ts';
import { planSamples } from '../src/evaluation/sample-plan.ts';
import { TextToImagePipeline } from '../src/index.ts';

const BATCH = 32;

const { values, positionals: runs } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: 'data/oxford-102' },
    googlenet: { type: 'string' },
    'googlenet-sides': { type: 'string', default: '224' },
    samples: { type: 'string', default: '1155' },
  },
});
if (values.googlenet === undefined || runs.length === 0) throw new Error('Give --googlenet and one run or more.');

await selectBackend();
const imageSizes = values['googlenet-sides'].split(',').map(Number);
const encoder = GoogLeNet.fromSafetensors(await readFile(values.googlenet), { imageSizes });
const dataset = await openDataset(values.data);
const rng = new Rng(0);
const plan = planSamples(dataset, Number(values.samples), rng.fork());
const look = (batches: AsyncIterable<ImageBatch>) => encodeImages(batches, { encoder, resize: resizeBicubic });

const first = await TextToImagePipeline.open(runs[0]!);
const { imageSize, noiseDim } = first.model;
const noise = rng.fork().normal(plan.captions.length * noiseDim);
first.dispose();
const reference = referenceOf(await look(photoBatches(dataset, plan.references, imageSize, BATCH)));
const named = namer(encoder.name, plan.captions.length, imageSize);

for (const run of runs) {
  const pipeline = await TextToImagePipeline.open(run);
  const side = pipeline.model.imageSize;
  if (side !== imageSize) throw new Error(`${run} generates images of ${side} pixels, not ${imageSize}.`);
  const captions = await precompute({ encoder: pipeline.encoder, captions: plan.captions });
  const embeddings = await precompute({ encoder: pipeline.encoder, captions: plan.pool.captions });
  const input = { embeddings: captions, noise };
  const generated = await look(generateBatches(pipeline.model, input, { maxImagesPerCall: BATCH }));
  const { labels } = plan;
  const unitLength = normalisesImages(pipeline.encoder, { encoderId: encoder.id, dim: encoder.dim });
  const retrieval = { captions, labels, pool: { embeddings, labels: plan.pool.labels }, unitLength };
  const metrics = [...distanceMetrics(generated, reference, named), ...fitMetrics(generated, retrieval, named)];
  const shown = (kind: MetricKind, text: (value: number) => string) => {
    const found = metrics.find((metric) => metric.kind === kind)!;
    return 'value' in found ? text(found.value) : `left out (${found.why})`;
  };
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  console.log(
    `${run}: ${pipeline.imagesShown} images shown: Fréchet ${shown('frechet', (value) => value.toFixed(1))}, ` +
      `kernel ${shown('kernel', (value) => value.toFixed(2))}, recall ${shown('recall', percent)}, ` +
      `R-precision ${shown('r-precision', percent)}`,
  );
  pipeline.dispose();
}
await dataset.close();
