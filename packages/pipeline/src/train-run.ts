/** Starts or resumes a run: data, encoder, model and batches from one configuration, then the trainer's loop. */

import { type CaptionEncoder, Rng, type TextImageDataset } from '@t2i/core';
import { withDirectoryLock } from '@t2i/core/node';
import { createBatchSource } from '@t2i/dataset';
import { editCaption, type SavableEncoder } from '@t2i/text-encoder';
import { saveEncoder } from '@t2i/text-encoder/node';
import { assertNoRun, createPreview, type TrainOptions, type TrainResult, train } from '@t2i/trainer';
import { chooseEncoder } from './choose-encoder.ts';
import { embedCaptions } from './embedded-captions.ts';
import { kindOf } from './model-settings.ts';
import { openData } from './open-data.ts';
import { previewRows } from './preview-rows.ts';
import type { RunConfig } from './run-config.ts';
import { dataToContinueWith, encoderDirectory, loadRunEncoder, readRecord, recordOf } from './run-record.ts';

/** The directory of the run, and who watches it. */
export type TrainRunOptions = Pick<TrainOptions, 'runDirectory' | 'logger' | 'trackers' | 'onStep' | 'signal'>;

/** With the lock of the directory, which is held from the first file to the last. */
type LockedOptions = TrainRunOptions & Required<Pick<TrainOptions, 'lock'>>;

export interface ResumeRunOptions extends TrainRunOptions {
  /** Where the prepared data of the run are now; default: where they were. */
  readonly dataDirectory?: string | undefined;
}

/**
 * Trains a new run.
 * @throws ConfigError when the directory holds a run already; T2iError `ERR_LOCKED` when another process trains in it
 */
export function trainRun(config: RunConfig, options: TrainRunOptions): Promise<TrainResult> {
  return withDirectoryLock(options.runDirectory, 'training', (lock) => startIn(config, { ...options, lock }));
}

async function startIn(config: RunConfig, options: LockedOptions): Promise<TrainResult> {
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
  { dataDirectory, ...options }: ResumeRunOptions & LockedOptions,
  changes: Partial<RunConfig['trainer']>,
): Promise<TrainResult> {
  const record = await readRecord(options.runDirectory);
  const data =
    dataDirectory === undefined ? record.config.data : ({ kind: 'prepared', directory: dataDirectory } as const);
  const config = { ...record.config, data, trainer: { ...record.config.trainer, ...changes } };
  const dataset = await openData(config.data, config.model.imageSize);
  try {
    const known = dataToContinueWith(record, dataset, options.logger);
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
  options: LockedOptions,
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
  options: LockedOptions,
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
    return await train({
      ...options,
      model,
      batches,
      config: { ...config.trainer, seed: config.seed },
      run: recordOf(config, dataset, encoder),
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
