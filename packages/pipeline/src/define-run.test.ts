import { type JsonValue, T2iError } from '@t2i/core';
import { MockBatches, MockModel, withTemporaryDirectory } from '@t2i/test-utils';
import { readRun, trainerConfigSchema } from '@t2i/trainer';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineRun, type RunKind } from './define-run.ts';

const schema = z.strictObject({
  config: z.strictObject({ seed: z.int(), data: z.string(), trainer: trainerConfigSchema.omit({ seed: true }) }),
  teacher: z.string().optional(),
});
type Content = z.output<typeof schema>;

const runOf = (kind: RunKind) =>
  defineRun<Content>({
    kind,
    schema,
    sources: {
      teacher: {
        idOf: (id) => id,
        changed: ({ before, now, directory }) => `${directory}: ${before} is now ${now}`,
        hint: 'Put it back.',
      },
    },
  });

const record = schema.parse({
  config: { seed: 3, data: 'a', trainer: { maxSteps: 1, previewEvery: 0 } },
  teacher: 't',
});

const trained = (kind: RunKind, use: (runDirectory: string, run: JsonValue) => Promise<void>) =>
  withTemporaryDirectory(async (runDirectory) => {
    await runOf(kind).train(record, { runDirectory, model: new MockModel(), batches: new MockBatches() });
    await use(runDirectory, (await readRun(runDirectory)).run);
  });

describe('defineRun', () => {
  it('records the kind of run, except of text-to-image models', async () => {
    await trained('text-to-image', async (_, run) => expect(run).toEqual(JSON.parse(JSON.stringify(record))));
    await trained('style-encoder', async (_, run) =>
      expect(run).toMatchObject({ kind: 'style-encoder', teacher: 't' }),
    );
  });

  it('reads its own runs, and refuses others by their kind', () =>
    trained('text-encoder', async (runDirectory) => {
      expect(await runOf('text-encoder').read(runDirectory)).toEqual(record);
      await expect(runOf('text-to-image').read(runDirectory)).rejects.toThrow(
        'is the run of a text encoder, not of a text-to-image model',
      );
    }));

  it('refuses a source that has changed', () => {
    const run = runOf('text-encoder');
    run.assertSameSources('runs/a', record, { teacher: 't' });
    run.assertSameSources('runs/a', record, {});
    expect(() => run.assertSameSources('runs/a', record, { teacher: undefined })).toThrow('runs/a: t is now undefined');
    expect(() => run.assertSameSources('runs/a', record, { teacher: 'u' })).toThrow(T2iError);
  });

  it('changes only the settings that are given', () => {
    const changed = runOf('text-encoder').withChanges(record, { data: undefined, trainer: { maxSteps: 9 } });
    const trainer = { ...record.config.trainer, maxSteps: 9 };
    expect(changed).toEqual({ ...record, config: { ...record.config, trainer } });
  });
});
