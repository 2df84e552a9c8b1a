/** The record of a run in `run.json`: its configuration, data set and text encoder. */

import { join } from 'node:path';
import { type CaptionEncoder, CheckpointError, type Logger, type TextImageDataset } from '@t2i/core';
import { directoryInside, readProblem } from '@t2i/core/node';
import { PackedDataset } from '@t2i/dataset/node';
import type { SavableEncoder } from '@t2i/text-encoder';
import { loadEncoder } from '@t2i/text-encoder/node';
import { z } from 'zod';
import { datasetSchema, datasetSource, recordedDataset } from './dataset-source.ts';
import { defineRun } from './define-run.ts';
import { type RunConfig, runConfigSchema } from './run-config.ts';

const schema = z.strictObject({
  config: runConfigSchema,
  dataset: datasetSchema,
  encoder: z.strictObject({ id: z.string(), dim: z.int() }),
});

export type RunRecord = z.output<typeof schema>;

const ENCODER = 'encoder';
const PUT_ENCODER_BACK = 'Put the encoder of this run back.';

/** Where a run keeps its encoder. */
export const encoderDirectory = (runDirectory: string): string => join(runDirectory, ENCODER);

/** Runs of text-to-image models. */
export const textToImageRun = defineRun<RunRecord>({
  kind: 'text-to-image',
  schema,
  sources: {
    dataset: datasetSource,
    encoder: {
      idOf: ({ id }) => id,
      changed: ({ before, now, directory }) =>
        `${encoderDirectory(directory)} holds the encoder ${now.id}, the run was trained with ${before.id}.`,
      hint: PUT_ENCODER_BACK,
    },
  },
});

export function recordOf(config: RunConfig, dataset: TextImageDataset, { id, dim }: CaptionEncoder): RunRecord {
  return { config, dataset: recordedDataset(dataset), encoder: { id, dim } };
}

/** @throws CheckpointError when the directory holds no run of a text-to-image model, or one of another version */
export function readRecord(runDirectory: string): Promise<RunRecord> {
  return textToImageRun.read(runDirectory);
}

/** @throws CheckpointError when the encoder is missing, damaged or another than the run was trained with */
export async function loadRunEncoder(
  runDirectory: string,
  record: RunRecord,
  logger?: Logger,
): Promise<SavableEncoder> {
  const directory = await directoryInside(runDirectory, ENCODER).catch((cause: unknown) => {
    throw new CheckpointError(`Cannot read ${encoderDirectory(runDirectory)}: ${readProblem(cause)}`, {
      hint: PUT_ENCODER_BACK,
      cause,
    });
  });
  const encoder = await loadEncoder(directory, { logger });
  textToImageRun.assertSameSources(runDirectory, record, { encoder });
  return encoder;
}

/** @throws CheckpointError when the data have changed since the run began */
export function assertSameData(runDirectory: string, record: RunRecord, dataset: TextImageDataset): void {
  textToImageRun.assertSameSources(runDirectory, record, { dataset });
}

/**
 * The data that a run continues with: its own, or, with a warning, a lossy copy of them. The copy has the fingerprint of the original, which
 * the checkpoints ask for, so the run can return to the original.
 * @throws CheckpointError when it is neither
 */
export function dataToContinueWith(
  runDirectory: string,
  record: RunRecord,
  dataset: TextImageDataset,
  logger?: Logger,
): TextImageDataset {
  const copyOf = dataset instanceof PackedDataset ? dataset.manifest.copyOf : undefined;
  if (copyOf === undefined || copyOf.fingerprint !== record.dataset.fingerprint) {
    assertSameData(runDirectory, record, dataset);
    return dataset;
  }
  logger?.warn(`The run continues with a lossy copy of its images (${copyOf.pictures}), not bit for bit as before.`);
  const { name, size, storedSize, classNames, labels, splits } = dataset;
  return {
    ...{ name, size, storedSize, classNames, labels, splits, fingerprint: copyOf.fingerprint },
    captions: (item) => dataset.captions(item),
    readImages: (items) => dataset.readImages(items),
    close: () => dataset.close(),
  };
}
