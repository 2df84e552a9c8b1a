import { ConfigError } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { ganClsConfigSchema, resolveConfig } from './config.ts';
import { PRESETS, type PresetName, presetConfig } from './presets.ts';

describe('resolveConfig', () => {
  it("is the paper's where nothing is said", () => {
    expect(resolveConfig({})).toMatchObject({
      imageSize: 64,
      noiseDim: 100,
      embeddingDim: 1024,
      projectedDim: 128,
      objective: 'gan-cls',
      mismatch: 'text',
      clsWeight: 0.5,
      interpolationBeta: 0.5,
      sharedFake: true,
      adamBeta1: 0.5,
      emaHalfLife: 0,
    });
  });

  it('survives JSON', () => {
    const config = presetConfig('tiny', { emaHalfLife: 500 });
    expect(resolveConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it.each([
    [{ imageSize: 48 }, 'imageSize'],
    [{ generatorFilters: 3 }, 'generatorFilters'],
    [{ mismach: 'text' }, 'mismach'],
    [{ clsWeight: 0 }, 'clsWeight'],
    ['reed2016', 'expected object'],
  ])('refuses %o', (config, named) => {
    expect(() => resolveConfig(config)).toThrow(ConfigError);
    expect(() => resolveConfig(config)).toThrow(named);
  });

  it('describes every field', () => {
    for (const [name, field] of Object.entries(ganClsConfigSchema.shape)) expect(field.description, name).toBeTruthy();
  });
});

describe('presetConfig', () => {
  it('lays overrides over every preset', () => {
    for (const name of Object.keys(PRESETS) as PresetName[]) {
      expect(presetConfig(name, { embeddingDim: 7 })).toMatchObject({ ...PRESETS[name], embeddingDim: 7 });
    }
  });
});
