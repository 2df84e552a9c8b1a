import { readFile } from 'node:fs/promises';
import { ConfigError } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { parseRunConfig } from './run-config.ts';

describe('parseRunConfig', () => {
  it('fills in the defaults of the paper', () => {
    const config = parseRunConfig({ data: { kind: 'toy-flowers' } });
    expect(config).toMatchObject({
      seed: 1,
      data: { images: 2000 },
      encoder: { kind: 'automatic' },
      model: { imageSize: 64, noiseDim: 100, projectedDim: 128, mismatch: 'text' },
      batches: { batchSize: 64, numCaptions: 1, sampling: 'class-uniform' },
      trainer: { epochs: 600, learningRate: 2e-4 },
    });
  });

  it('reads an old configuration without a kind of model', async () => {
    const saved = JSON.parse(await readFile(new URL('../../flowers/model/training.json', import.meta.url), 'utf8'));
    expect(saved.model).not.toHaveProperty('kind');
    expect(parseRunConfig(saved).model).toEqual({ kind: 'gan-cls', ...saved.model });
  });

  it('survives JSON', () => {
    const config = parseRunConfig({ data: { kind: 'prepared', directory: 'x' }, batches: { captionsPerImage: 5 } });
    expect(parseRunConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it.each<[string, unknown, RegExp]>([
    ['no data', {}, /data/],
    ['an unknown key', { data: { kind: 'toy-flowers' }, bacthes: {} }, /bacthes/],
    ['an unknown key inside', { data: { kind: 'toy-flowers' }, model: { ngf: 64 } }, /ngf/],
    ['a seed of its own for the trainer', { data: { kind: 'toy-flowers' }, trainer: { seed: 2 } }, /seed/],
    [
      'an embedding length, which is the encoder’s',
      { data: { kind: 'toy-flowers' }, model: { embeddingDim: 8 } },
      /embeddingDim/,
    ],
    ['a batch of one', { data: { kind: 'toy-flowers' }, batches: { batchSize: 1 } }, /batchSize/],
  ])('refuses %s', (_, input, message) => {
    expect(() => parseRunConfig(input)).toThrow(ConfigError);
    expect(() => parseRunConfig(input)).toThrow(message);
  });
});
