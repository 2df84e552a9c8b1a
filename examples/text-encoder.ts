/**
 * Trains a text encoder on images and captions: the char-CNN-RNN learns to score a caption high with its image's features, and is
 * then measured on unseen classes. The images here are toy flowers, and their features are 64 mean colours. For photos use
 * `t2i encoder features`, `train` and `evaluate`, which do the same with GoogLeNet.
 *
 *     tsx examples/text-encoder.ts [--run runs/text-encoder] [--fast]
 */

import { parseArgs } from 'node:util';
import { selectBackend } from '@t2i/backend';
import { fromByte, type ImageFeatures, Rng, type TextImageDataset } from '@t2i/core';
import { createToyFlowers } from '@t2i/dataset';
import { saveEncoder } from '@t2i/text-encoder/node';
import {
  CharCnnRnnNetwork,
  ClassBatches,
  evaluateEncoder,
  JointEmbedding,
  resolveCharCnnRnnConfig,
} from '@t2i/text-encoder/training';
import { ConsoleProgress, train } from '@t2i/trainer';

const { values: flags } = parseArgs({
  options: { run: { type: 'string', default: 'runs/text-encoder' }, fast: { type: 'boolean', default: false } },
});
const CELLS = 8; // mean colours along each side

/** Stands in for an image encoder: the mean colour of every cell of a grid. */
async function meanColours(dataset: TextImageDataset): Promise<ImageFeatures> {
  const { size, storedSize, fingerprint } = dataset;
  const dim = CELLS * CELLS * 3;
  const table = new Float32Array(size * dim);
  const pixels = await dataset.readImages(Array.from({ length: size }, (_, item) => item));
  const share = (CELLS / storedSize) ** 2;
  pixels.forEach((byte, i) => {
    const [channel, pixel] = [i % 3, Math.floor(i / 3)];
    const [x, y] = [pixel % storedSize, Math.floor(pixel / storedSize) % storedSize];
    const cell = Math.floor((y * CELLS) / storedSize) * CELLS + Math.floor((x * CELLS) / storedSize);
    table[Math.floor(pixel / storedSize ** 2) * dim + cell * 3 + channel]! += share * fromByte(byte);
  });
  const rowOf = (item: number) => [...table.subarray(item * dim, (item + 1) * dim)];
  const read = async (items: readonly number[]) => Float32Array.from(items.flatMap(rowOf));
  return { encoderId: `mean-colours-${CELLS}`, datasetFingerprint: fingerprint, dim, size, views: ['whole'], read };
}

await selectBackend();
const dataset = await createToyFlowers({ images: flags.fast ? 200 : 2000 });
const features = await meanColours(dataset);
const rng = new Rng(1);
const config = resolveCharCnnRnnConfig({ channels: [48, 64], cnnDim: 64, dim: features.dim });
const model = new JointEmbedding(new CharCnnRnnNetwork(config, rng.fork()));
const batches = new ClassBatches({ dataset, features, batchSize: flags.fast ? 8 : 32, rng: rng.fork() });
const progress = new ConsoleProgress({ unit: 'steps' });
await train({
  runDirectory: flags.run,
  model,
  batches,
  config: { learningRate: 7e-4, ...(flags.fast ? { maxSteps: 3 } : { epochs: 20 }) },
  logger: progress,
  onStep: progress.update,
});
progress.close();

const encoder = await model.encoder({ trainedOn: dataset.name });
await saveEncoder(`${flags.run}/encoder`, encoder);
const { report } = await evaluateEncoder({ encoder, dataset, features });
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
console.log(`\n${report.classes.length} classes that it never saw: ${percent(report.top1)} of ${report.images} images`);
console.log(
  `recognised by their captions (chance ${percent(report.chance.top1)}); the encoder is in ${flags.run}/encoder`,
);
model.dispose();
