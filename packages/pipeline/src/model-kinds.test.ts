import '@tensorflow/tfjs-backend-cpu';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '@t2i/core';
import { MockModel, withTemporaryDirectory } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { exportRun } from './export-run.ts';
import { fullPresetSettings, MODEL_PRESETS, presetSettings } from './model-settings.ts';
import { TextToImagePipeline } from './pipeline.ts';
import { parseRunConfig } from './run-config.ts';
import { resumeRun, trainRun } from './train-run.ts';

// A second kind is an entry in each of these two tables; nothing else is replaced.
vi.mock(import('./model-kinds.ts'), async (original) => {
  const { MODEL_KINDS } = await original();
  const { mockKind } = await import('./__fixtures__/mock-kind.ts');
  return { MODEL_KINDS: { ...MODEL_KINDS, mock: mockKind } };
});
vi.mock('../../published-model/src/generator-kinds.ts', async (original) => {
  const { GENERATOR_KINDS } = await original<{ GENERATOR_KINDS: object }>();
  const { mockGeneratorKind } = await import('./__fixtures__/mock-kind.ts');
  return { GENERATOR_KINDS: { ...GENERATOR_KINDS, mock: mockGeneratorKind } };
});

const small = {
  data: { kind: 'toy-flowers', images: 200 },
  encoder: { kind: 'bag-of-words' },
  batches: { batchSize: 2 },
  trainer: { maxSteps: 2, checkpointEverySteps: 1, logEvery: 1 },
  preview: { captions: ['a red flower'], seen: 0, unseen: 0, columns: 1 },
};
const request = { captions: ['a red flower', 'a blue flower'], seed: 7, perCaption: 2 };

beforeAll(() => tf.setBackend('cpu'));

describe('a second kind of model', () => {
  it('trains, resumes, opens and publishes', async () => {
    await withTemporaryDirectory(async (root) => {
      const [runDirectory, outDirectory] = [join(root, 'run'), join(root, 'published')];
      const config = parseRunConfig({ ...small, model: { kind: 'mock' } });
      await trainRun(config, { runDirectory });
      await resumeRun({ runDirectory }, { maxSteps: 3 });

      const run = await TextToImagePipeline.open(runDirectory);
      expect(run.model).toBeInstanceOf(MockModel);
      expect(run.run).toMatchObject({ record: { config: { model: { kind: 'mock' } } }, checkpoint: { step: 3 } });
      const images = await run.generate(request);

      const manifest = await exportRun({ runDirectory, outDirectory });
      expect(manifest).toMatchObject({ generator: { kind: 'mock' }, facts: { objective: 'mock' } });
      const published = await TextToImagePipeline.open(outDirectory);
      expect((await published.generate(request)).data).toEqual(images.data);
      for (const each of [run, published]) each.dispose();
    });
  });

  it('has its own settings and presets', () => {
    expect(() => parseRunConfig({ ...small, model: { kind: 'mock', generatorFilters: 2 } })).toThrow(
      'generatorFilters',
    );
    expect(() => parseRunConfig({ ...small, model: { kind: 'mook' } })).toThrow("Expected 'gan-cls', 'mock'");
    expect(MODEL_PRESETS).toEqual(['reed2016', 'dcgan', 'tiny', 'one-weight']);
    expect(presetSettings('one-weight')).toEqual({ kind: 'mock' });
    expect(fullPresetSettings('one-weight')).toEqual({ kind: 'mock' });
    expect(fullPresetSettings('reed2016')).toMatchObject({ kind: 'gan-cls', imageSize: 64, emaHalfLife: 0 });
    expect(() => presetSettings('no-such')).toThrow(ConfigError);
  });
});

it('opens and resumes a run that records no kind of model', async () => {
  await withTemporaryDirectory(async (runDirectory) => {
    const model = { imageSize: 32, generatorFilters: 2, discriminatorFilters: 2, projectedDim: 4, residual: false };
    await trainRun(parseRunConfig({ ...small, model }), { runDirectory });
    const path = join(runDirectory, 'run.json');
    const record = JSON.parse(await readFile(path, 'utf8'));
    expect(record.run.config.model.kind).toBe('gan-cls');
    delete record.run.config.model.kind;
    await writeFile(path, JSON.stringify(record));

    const pipeline = await TextToImagePipeline.open(runDirectory);
    expect(pipeline.run?.record.config.model).toMatchObject({ kind: 'gan-cls', ...model });
    pipeline.dispose();
    expect(await resumeRun({ runDirectory }, { maxSteps: 3 })).toMatchObject({ step: 3 });
  });
});
