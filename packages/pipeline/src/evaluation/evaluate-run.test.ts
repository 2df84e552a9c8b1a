import '@tensorflow/tfjs-backend-cpu';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageBatch, ImageEncoder, TextImageDataset } from '@t2i/core';
import { BagOfWords } from '@t2i/text-encoder';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openData } from '../open-data.ts';
import { parseRunConfig } from '../run-config.ts';
import { trainRun } from '../train-run.ts';
import { type EvaluateRunOptions, evaluateRun } from './evaluate-run.ts';
import { metricValue } from './evaluation-report.ts';

const config = parseRunConfig({
  data: { kind: 'toy-flowers', images: 700 },
  model: {
    ...{ imageSize: 32, generatorFilters: 2, discriminatorFilters: 2, projectedDim: 4, residual: false },
    emaHalfLife: 4,
  },
  batches: { batchSize: 2 },
  trainer: { maxSteps: 1, learningRate: 0.05 },
  preview: { seen: 0, unseen: 1, columns: 1 },
});

/** Mean colours of the whole image and of its middle; it takes images larger than the generated ones. */
const imageEncoder: ImageEncoder = {
  id: 'colours-1',
  dim: 6,
  imageSize: 40,
  async encode({ data, shape }: ImageBatch) {
    const features = new Float32Array(shape[0] * 6);
    for (let i = 0; i < data.length; i += 3) {
      const [image, x, y] = [Math.floor(i / 4800), Math.floor(i / 3) % 40, Math.floor(i / 120) % 40];
      const inMiddle = Math.max(Math.abs(x - 20), Math.abs(y - 20)) < 10;
      for (let c = 0; c < 3; c++) {
        features[image * 6 + c]! += data[i + c]! / 1600;
        if (inMiddle) features[image * 6 + 3 + c]! += data[i + c]! / 361;
      }
    }
    return { data: features, shape: [shape[0], 6] };
  },
  dispose() {},
};

function optionsFor(dataset: TextImageDataset): EvaluateRunOptions {
  return {
    ...{ runDirectory, dataset, samples: 50, seed: 1 },
    extractors: [{ name: 'colours', encoder: imageEncoder }],
    features: {
      ...{ encoderId: imageEncoder.id, datasetFingerprint: dataset.fingerprint, dim: 6, size: dataset.size },
      views: ['whole'],
      read: async (items) => Float32Array.from(items.flatMap((item) => [item, 0, 0, 0, 0, 0])),
    },
  };
}

let runDirectory: string;
let dataset: TextImageDataset;

beforeAll(async () => {
  await tf.setBackend('cpu');
  runDirectory = await mkdtemp(join(tmpdir(), 't2i-evaluate-'));
  await trainRun(config, { runDirectory });
  dataset = await openData(config.data, config.model.imageSize);
}, 60_000);

afterAll(() => rm(runDirectory, { recursive: true, force: true }));

describe('evaluateRun', () => {
  it('evaluates the trained and the untrained model, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const warnings: string[] = [];
    const logger = { info: () => {}, warn: (message: string) => warnings.push(message) };
    const { report, images } = await evaluateRun({ ...optionsFor(dataset), logger });
    expect(tf.memory().numTensors).toBe(before);
    expect(report).toMatchObject({
      run: { epoch: 1, step: 1, imagesShown: 2 },
      ...{ dataset: dataset.name, samples: 50, references: 50, imageSize: 32, judge: null },
    });
    expect(warnings.join()).toMatch(/was not trained with images/);
    const distances = (['generated', 'unaveraged', 'untrained'] as const).map((set) =>
      metricValue(report.rows, set, 'frechet'),
    );
    expect(Math.min(...distances.map(Number))).toBeGreaterThan(0);
    expect(new Set(distances).size).toBe(3);
    expect(images.examples[0]!.generated.width).toBe(32);
    expect(images.examples[0]!.generated).not.toEqual(images.examples[0]!.untrained);
  });

  it('refuses other data, and an encoder that was not trained with images', async () => {
    const other = { ...dataset, fingerprint: 'other' } as TextImageDataset;
    await expect(evaluateRun(optionsFor(other))).rejects.toThrow(/not the one that the run was trained on/);
    const retrievalEncoder = BagOfWords.fit(['a red flower']);
    await expect(evaluateRun({ ...optionsFor(dataset), retrievalEncoder })).rejects.toThrow(
      /was not trained with images/,
    );
  });
});
