/** What a model card is made of. */

import type { RunEvaluation } from '@t2i/pipeline';
import type { ModelManifest } from '@t2i/published-model';

const file = (name: string, bytes: number) => ({ name, bytes, sha256: 'f'.repeat(64) });

export const manifest: ModelManifest = {
  format: 't2i/model',
  version: 1,
  precision: 'float16',
  imageSize: 64,
  noiseDim: 100,
  generator: {
    kind: 'gan-cls',
    config: { imageSize: 64, embeddingDim: 1024, projectedDim: 128, noiseDim: 100, generatorFilters: 128, residual: true },
    averaged: true,
    file: file('generator.safetensors', 9_500_000),
  },
  encoder: {
    kind: 'char-cnn-rnn',
    id: 'char-cnn-rnn-1024-abc',
    trainedWith: 'char-cnn-rnn-1024-abc',
    dim: 1024,
    file: file('encoder.safetensors', 6_000_000),
  },
  facts: {
    dataset: 'oxford-102',
    objective: 'gan-int-cls',
    epoch: 30,
    step: 3300,
    imagesShown: 211_200,
    checkpoint: 'e'.repeat(64),
  },
  check: { caption: 'a pink flower', seed: 7, values: [0.5] },
  license: 'Apache-2.0',
};

export const evaluation: RunEvaluation['report'] = {
  run: { epoch: 30, step: 3300, imagesShown: 211_200 },
  ...{ dataset: 'oxford-102', samples: 200, references: 190, trainingPhotos: 180, imageSize: 64, seed: 7 },
  extractors: [{ name: 'googlenet', id: 'googlenet-abc' }],
  judge: null,
  rows: [
    {
      set: 'generated',
      figures: [{ kind: 'frechet', name: 'frechet-googlenet-200-test-64px', value: 123.456 }],
    },
  ],
  relative: { diversityWithinClass: 0.8, diversityAtCaption: 0.75 },
};
