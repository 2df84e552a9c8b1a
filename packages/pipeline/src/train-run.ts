/** Starts or resumes a run: data, encoder, model and batches from one configuration, then the trainer's loop. */

import { type CaptionEncoder, Rng, type TextImageDataset } from '@t2i/core';
import { withDirectoryLock } from '@t2i/core/node';
import { createBatchSource } from '@t2i/dataset';
import { editCaption, type SavableEncoder } from '@t2i/text-encoder';
import { saveEncoder } from '@t2i/text-encoder/node';
import { assertNoRun, createPreview, type TrainResult } from '@t2i/trainer';
import { chooseEncoder } from './choose-encoder.ts';
import type { LockedRunOptions, RunOptions } from './define-run.ts';
import { embedCaptions } from './embedded-captions.ts';
import { kindOf } from './model-settings.ts';
import { openData } from './open-data.ts';
import { previewRows } from './preview-rows.ts';
import type { RunConfig } from './run-config.ts';
import { dataToContinueWith, encoderDirectory, loadRunEncoder, recordOf, textToImageRun } from './run-record.ts';

export interface ResumeRunOptions extends RunOptions {
  /** Where the prepared data of the run are now; default: where they were. */
  readonly dataDirectory?: string | undefined;
}

/**
 * Trains a new run.
 * @throws ConfigError when the directory holds a run already; T2iError `ERR_LOCKED` when another process trains in it
 */
export function trainRun(config: RunConfig, options: RunOptions): Promise<TrainResult> {
  return withDirectoryLock(options.runDirectory, 'training', (lock) => startIn(config, { ...options, lock }));
}

async function startIn(config: RunConfig, options: LockedRunOptions): Promise<TrainResult> {
  await assertNoRun(options.runDirectory);
  const dataset = await openData(config.data, config.model.imageSize);
  try {
    const chosen = await chooseEncoder(config, dataset, options.logger);
    await saveEncoder(encoderDirectory(options.runDirectory), chosen.encoder);
    return await runTrainer({ ...config, encoder: chosen.config }, dataset, chosen.encoder, options, false);
  } finally {
    await dataset.close();
  }
}

/**
 * Continues a run from its last checkpoint, bit for bit as if it had never stopped.
 * @param changes settings of the trainer that may differ from before, such as its limits
 * @throws CheckpointError when the directory holds no run, or its data or encoder have changed since; T2iError `ERR_LOCKED` when another
 *   process trains in it
 */
export function resumeRun(
  options: ResumeRunOptions,
  changes: Partial<RunConfig['trainer']> = {},
): Promise<TrainResult> {
  return withDirectoryLock(options.runDirectory, 'training', (lock) => resumeIn({ ...options, lock }, changes));
}

async function resumeIn(
  { dataDirectory, ...options }: ResumeRunOptions & LockedRunOptions,
  changes: Partial<RunConfig['trainer']>,
): Promise<TrainResult> {
  const record = await textToImageRun.read(options.runDirectory);
  const data = dataDirectory === undefined ? undefined : ({ kind: 'prepared', directory: dataDirectory } as const);
  const { config } = textToImageRun.withChanges(record, { data, trainer: changes });
  const dataset = await openData(config.data, config.model.imageSize);
  try {
    const known = dataToContinueWith(options.runDirectory, record, dataset, options.logger);
    const encoder = await loadRunEncoder(options.runDirectory, record);
    return await runTrainer(config, known, encoder, options, true);
  } finally {
    await dataset.close();
  }
}

async function runTrainer(
  config: RunConfig,
  dataset: TextImageDataset,
  source: SavableEncoder,
  options: LockedRunOptions,
  resume: boolean,
): Promise<TrainResult> {
  const { encoder, close } = await embedCaptions(source, dataset, config.data, options);
  try {
    return await trainOn(config, dataset, encoder, options, resume);
  } finally {
    await close();
    source.dispose?.();
  }
}

async function trainOn(
  config: RunConfig,
  dataset: TextImageDataset,
  encoder: CaptionEncoder,
  options: LockedRunOptions,
  resume: boolean,
): Promise<TrainResult> {
  const seeds = new Rng(config.seed);
  const model = kindOf(config.model).create({ ...config.model, embeddingDim: encoder.dim }, seeds.fork());
  const batches = createBatchSource({
    dataset,
    encoder,
    imageSize: model.imageSize,
    mismatch: model.mismatch,
    edit: editCaption,
    rng: seeds.fork(),
    ...config.batches,
  });
  try {
    return await textToImageRun.train(recordOf(config, dataset, encoder), {
      ...options,
      model,
      batches,
      preview: createPreview({
        model,
        rows: await previewRows(dataset, encoder, config),
        columns: config.preview.columns,
        seed: config.seed,
      }),
      resume,
    });
  } finally {
    await batches.close();
    model.dispose();
  }
}
