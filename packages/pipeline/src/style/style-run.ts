/** Trains the style encoder of a run, or resumes it, and opens it again. It lives in the directory `style` of the run, a run of its own. */

import { join } from 'node:path';
import { CheckpointError, type Logger, Rng, type TextImageDataset } from '@t2i/core';
import { type DirectoryLock, listInside, withDirectoryLock } from '@t2i/core/node';
import { StyleEncoder, styleEncoderConfigSchema } from '@t2i/gan-cls';
import { assertNoRun, isRunDirectory, loadLatestModelState, type TrainResult } from '@t2i/trainer';
import { z } from 'zod';
import { defineRun, type LockedRunOptions, type RunOptions } from '../define-run.ts';
import { embedCaptions } from '../embedded-captions.ts';
import { loaded } from '../loaded.ts';
import { kindOf } from '../model-settings.ts';
import { openData } from '../open-data.ts';
import { type OpenedRun, requireRun, TextToImagePipeline } from '../pipeline.ts';
import { assertSameData, loadRunEncoder } from '../run-record.ts';
import { CaptionBatches } from './caption-batches.ts';
import { type StyleConfig, styleConfigSchema } from './style-config.ts';
import { createStylePreview } from './style-preview.ts';

const recordSchema = z.strictObject({
  config: styleConfigSchema,
  model: styleEncoderConfigSchema,
  generator: z.strictObject({ checkpoint: z.string(), step: z.int(), epoch: z.int() }),
});

type StyleRecord = z.output<typeof recordSchema>;

const styleRun = defineRun<StyleRecord>({
  kind: 'style-encoder',
  schema: recordSchema,
  sources: {
    generator: {
      idOf: ({ checkpoint }) => checkpoint,
      changed: ({ before, now, directory }) =>
        `The style encoder in ${directory} belongs to another generator: ` +
        `that of step ${before.step} (${short(before)}), this is step ${now.step} (${short(now)}).`,
      hint: 'Train one for this generator: t2i style train RUN --replace',
    },
  },
});

const STYLE = 'style';

/** Where a run keeps its style encoder. */
export const styleDirectory = (runDirectory: string): string => join(runDirectory, STYLE);

/**
 * The directory of a run's style encoder, whether or not it is there yet.
 * @throws T2iError `ERR_FILE` when it leads out of the run
 */
export async function ownStyleDirectory(runDirectory: string): Promise<string> {
  await listInside(runDirectory, STYLE);
  return styleDirectory(runDirectory);
}

/**
 * Trains a style encoder on the generator of the run's newest checkpoint, as `generate` uses it.
 * @param replace remove the style encoder that is there, if there is one
 * @throws ConfigError when there is one already and it is not to be replaced; CheckpointError when the run has no whole checkpoint
 */
export async function trainStyle(
  config: StyleConfig,
  options: RunOptions,
  { replace = false }: { replace?: boolean } = {},
): Promise<TrainResult> {
  const directory = await ownStyleDirectory(options.runDirectory);
  return withRun(options, async (pipeline, run, lock) => {
    if (replace) await lock.removeAll();
    await assertNoRun(directory);
    const settings = run.record.config.model;
    const { imageSize, noiseDim } = settings;
    const defaults = kindOf(settings).styleEncoder(settings);
    const { filters = defaults.filters, ...adam } = config.model;
    const model = { imageSize, noiseDim, ...defaults, filters, ...adam };
    return trainOn({ config, model, generator: generatorOf(run) }, pipeline, run, { ...options, lock }, false);
  });
}

/**
 * Continues from the last checkpoint, bit for bit as if it had never stopped.
 * @param changes settings of the trainer that may differ from before, such as its limits
 * @throws CheckpointError when there is none to continue, or the generator or its data have changed since
 */
export async function resumeStyle(
  options: RunOptions,
  changes: Partial<StyleConfig['trainer']> = {},
): Promise<TrainResult> {
  const { runDirectory } = options;
  return withRun(options, async (pipeline, run, lock) => {
    const record = await readStyleRecord(await ownStyleDirectory(runDirectory), runDirectory);
    styleRun.assertSameSources(styleDirectory(runDirectory), record, { generator: generatorOf(run) });
    return trainOn(styleRun.withChanges(record, { trainer: changes }), pipeline, run, { ...options, lock }, true);
  });
}

/** @throws CheckpointError when the run has no style encoder */
export async function readStyleConfig(runDirectory: string): Promise<StyleConfig> {
  return (await readStyleRecord(styleDirectory(runDirectory), runDirectory)).config;
}

/** A style encoder at its newest whole checkpoint. */
export interface OpenedStyle {
  readonly style: StyleEncoder;
  readonly progress: { readonly step: number; readonly epoch: number };
}

/**
 * The style encoder of an opened run or published model.
 * @param directory of the style encoder, `style` in the run
 * @throws CheckpointError when there is none, or it was trained on another generator
 */
export async function openStyleEncoder(
  pipeline: TextToImagePipeline,
  directory: string,
  logger?: Logger,
): Promise<OpenedStyle> {
  const record = await readStyleRecord(directory, 'RUN');
  styleRun.assertSameSources(directory, record, { generator: shownGenerator(pipeline) });
  const { state, progress } = await loadLatestModelState(directory, logger);
  const style = await loaded(new StyleEncoder(record.model, pipeline.model, new Rng(0)), state);
  return { style, progress };
}

/** Opens the run, with the lock of its style encoder's directory. */
async function withRun<T>(
  { runDirectory, logger }: RunOptions,
  use: (pipeline: TextToImagePipeline, run: OpenedRun, lock: DirectoryLock) => Promise<T>,
): Promise<T> {
  const pipeline = await TextToImagePipeline.open(runDirectory, logger);
  try {
    const run = requireRun(pipeline, runDirectory);
    return await withDirectoryLock(styleDirectory(runDirectory), 'training', (lock) => use(pipeline, run, lock));
  } finally {
    pipeline.dispose();
  }
}

async function trainOn(
  record: StyleRecord,
  pipeline: TextToImagePipeline,
  run: OpenedRun,
  options: LockedRunOptions,
  resume: boolean,
): Promise<TrainResult> {
  const { config } = run.record;
  const dataset = await openData(config.data, config.model.imageSize);
  try {
    assertSameData(options.runDirectory, run.record, dataset);
    const source = await loadRunEncoder(options.runDirectory, run.record);
    const captions = await embedCaptions(source, dataset, config.data, options);
    try {
      return await trainOnCaptions(record, pipeline, { run, dataset, encoder: captions.encoder }, options, resume);
    } finally {
      await captions.close();
      source.dispose?.();
    }
  } finally {
    await dataset.close();
  }
}

async function trainOnCaptions(
  record: StyleRecord,
  { model }: TextToImagePipeline,
  { run, dataset, encoder }: { run: OpenedRun; dataset: TextImageDataset; encoder: TextToImagePipeline['encoder'] },
  { runDirectory, ...options }: LockedRunOptions,
  resume: boolean,
): Promise<TrainResult> {
  const { batches, seed } = record.config;
  const { captionsPerImage, sampling } = run.record.config.batches;
  const seeds = new Rng(seed);
  const style = new StyleEncoder(record.model, model, seeds.fork());
  try {
    return await styleRun.train(record, {
      ...options,
      runDirectory: styleDirectory(runDirectory),
      model: style,
      batches: new CaptionBatches({ dataset, encoder, captionsPerImage, sampling, rng: seeds.fork(), ...batches }),
      preview: await createStylePreview({ model, encoder }, style, dataset),
      resume,
    });
  } finally {
    style.dispose();
  }
}

function generatorOf({ checkpoint }: OpenedRun): StyleRecord['generator'] {
  return { checkpoint: checkpoint.weights.sha256, step: checkpoint.step, epoch: checkpoint.epoch };
}

/** The newest checkpoint of a run, or the one that a published model was made from. */
function shownGenerator({ run, published }: TextToImagePipeline): StyleRecord['generator'] {
  if (run !== undefined) return generatorOf(run);
  if (published !== undefined) return published.facts;
  throw new CheckpointError(
    'A style encoder belongs to the generator of a run, but this model does not come from a run.',
  );
}

/** @throws CheckpointError when the directory holds no style encoder */
async function readStyleRecord(directory: string, run: string): Promise<StyleRecord> {
  if (await isRunDirectory(directory)) return styleRun.read(directory);
  throw new CheckpointError(`There is no style encoder in ${directory}.`, {
    hint: `Train one: t2i style train ${run}`,
  });
}

const short = ({ checkpoint }: StyleRecord['generator']) => checkpoint.slice(0, 12);
