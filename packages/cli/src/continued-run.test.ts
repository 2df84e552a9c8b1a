import { ConfigError } from '@t2i/core';
import { parseRunConfig } from '@t2i/pipeline';
import { describe, expect, it } from 'vitest';
import { continuedConfig } from './continued-run.ts';
import { continuedConfigInput, type RunFlags, runFlagOf } from './settings/run-settings.ts';

const recorded = parseRunConfig({
  data: { kind: 'prepared', directory: 'data/birds' },
  encoder: { kind: 'saved', directory: 'runs/encoder' },
  model: { generatorFilters: 64, discriminatorFilters: 64, residual: false },
  trainer: { epochs: 40, maxSteps: 20, maxMinutes: 5 },
});

function continueWith(flags: RunFlags, file = {}) {
  const notes: string[] = [];
  const note = (text: string) => void notes.push(text);
  const config = continuedConfig(
    {
      recorded,
      asked: continuedConfigInput(flags, file),
      parse: parseRunConfig,
      nameOf: (setting) => runFlagOf(setting, flags),
      places: ['data.directory'],
    },
    { write: note, info: note, warn: note, error: note },
  );
  return { config, notes };
}

describe('continuedConfig', () => {
  it('is the configuration that the run was started with, without the limits of that session', () => {
    const trainer = { ...recorded.trainer, maxSteps: 0, maxMinutes: 0 };
    expect(continueWith({})).toEqual({ config: { ...recorded, trainer }, notes: [] });
  });

  it('accepts limits, intervals and moved directories, and prints what changed', () => {
    const { config, notes } = continueWith(
      { epochs: 50, maxSteps: 99, data: 'elsewhere/birds' },
      { trainer: { keepLast: 3 } },
    );
    expect(config.trainer).toMatchObject({ epochs: 50, maxSteps: 99, maxMinutes: 0, keepLast: 3 });
    expect(config.data).toEqual({ kind: 'prepared', directory: 'elsewhere/birds' });
    expect(notes).toEqual([
      'Changed settings: data.directory is "elsewhere/birds", was "data/birds"; trainer.epochs is 50, was 40; trainer.keepLast is 3, was 2',
    ]);
  });

  it('accepts unchanged settings, however they are written', () => {
    const same: RunFlags = {
      preset: 'dcgan',
      learningRate: 2e-4,
      seed: 1,
      batchSize: 64,
      data: 'data/birds',
    };
    expect(continueWith({ ...same, encoder: './runs/../runs/encoder' }).notes).toEqual([]);
    expect(continueWith({}, { encoder: { kind: 'automatic' } }).config.encoder).toEqual(recorded.encoder);
  });

  it.each<[RunFlags, RegExp]>([
    [{ learningRate: 1, seed: 99 }, /--seed: was 1, not 99\n {2}--learning-rate: .*was 0.0002, not 1$/m],
    [{ batchSize: 8 }, /--batch-size: .*was 64, not 8/],
    [{ objective: 'gan-int', mismatch: 'image' }, /--objective: [\s\S]*--mismatch: /],
    [{ captionsPerImage: 5 }, /--captions-per-image/],
    [{ numCaptions: 4 }, /--num-captions/],
    [{ emaHalfLife: 5 }, /--ema-half-life/],
    [{ preview: ['a red flower'] }, /--preview/],
    [{ encoder: 'bag-of-words' }, /--encoder: encoder.kind was "saved", not "bag-of-words"/],
    [{ encoder: 'runs/other' }, /--encoder: encoder.directory was "runs\/encoder"/],
    [{ data: 'toy-flowers' }, /--data: data.kind was "prepared", not "toy-flowers"/],
    [{ preset: 'tiny' }, /model.imageSize was 64, not 32/],
    [{ preset: 'reed2016' }, /model.residual was false, not true/],
  ])('refuses %o by name', (flags, message) => {
    expect(() => continueWith(flags)).toThrow(ConfigError);
    expect(() => continueWith(flags)).toThrow(message);
  });

  it('also refuses changes in a file, and unknown settings', () => {
    expect(() => continueWith({}, { model: { noiseDim: 7 } })).toThrow(/model.noiseDim was 100, not 7/);
    expect(() => continueWith({}, { trainer: { learningrate: 7 } })).toThrow(/learningrate/);
    expect(() => continueWith({}, { trainer: { epochs: 0 } })).toThrow(/epochs/);
  });
});
