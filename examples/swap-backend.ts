/**
 * Runs the same training step on every backend that works here: the same seed gives the same losses, at different speeds.
 *
 *     tsx examples/swap-backend.ts [--fast]
 */

import { selectBackend } from '@t2i/backend';
import { Rng } from '@t2i/core';
import { createBatchSource, createToyFlowers } from '@t2i/dataset';
import { GanCls, presetConfig } from '@t2i/gan-cls';
import { BagOfWords } from '@t2i/text-encoder';

const fast = process.argv.includes('--fast');
const batchSize = fast ? 2 : 16;
const dataset = await createToyFlowers({ images: 100 });
const captions = Array.from({ length: dataset.size }, (_, item) => dataset.captions(item)).flat();
const encoder = BagOfWords.fit(captions);

for (const prefer of ['native', 'wasm', 'cpu'] as const) {
  try {
    await selectBackend({ prefer });
  } catch (error) {
    console.log(`${prefer.padEnd(7)} ${error instanceof Error ? error.message : error}`);
    continue;
  }
  const rng = new Rng(1);
  const model = new GanCls(presetConfig('tiny', { embeddingDim: encoder.dim, generatorFilters: 8 }), rng.fork());
  const { imageSize, mismatch } = model;
  const batches = createBatchSource({ dataset, encoder, batchSize, imageSize, mismatch, rng: rng.fork() });
  const batch = await batches.next();
  const first = await model.step(batch, { learningRate: 2e-4, rng });
  const start = performance.now();
  if (!fast) await model.step(batch, { learningRate: 2e-4, rng });
  const milliseconds = performance.now() - start;
  const speed = fast ? '' : `${milliseconds.toFixed(0).padStart(7)} ms a step`;
  console.log(`${prefer.padEnd(7)} loss of D ${first['loss/discriminator']!.toFixed(5)} ${speed}`);
  await batches.close();
  model.dispose();
}
