/** What a run was made of: its configuration, and the data and the encoder it saw. Kept in `run.json`. */

import { join } from 'node:path';
import { type CaptionEncoder, CheckpointError, type JsonValue, type Logger, type TextImageDataset } from '@t2i/core';
import { directoryInside, readProblem } from '@t2i/core/node';
import { PackedDataset } from '@t2i/dataset/node';
import type { SavableEncoder } from '@t2i/text-encoder';
import { loadEncoder } from '@t2i/text-encoder/node';
import { readRun } from '@t2i/trainer';
import { z } from 'zod';
import { type RunConfig, runConfigSchema } from './run-config.ts';

const runRecordSchema = z.strictObject({
  config: runConfigSchema,
  dataset: z.strictObject({ name: z.string(), fingerprint: z.string() }),
  encoder: z.strictObject({ id: z.string(), dim: z.int() }),
});

export type RunRecord = z.output<typeof runRecordSchema>;

const ENCODER = 'encoder';

/** Where a run keeps its encoder. */
export const encoderDirectory = (runDirectory: string): string => join(runDirectory, ENCODER);

export function recordOf(config: RunConfig, dataset: TextImageDataset, encoder: CaptionEncoder): JsonValue {
  const { name, fingerprint } = dataset;
  const { id, dim } = encoder;
  return { config, dataset: { name, fingerprint }, encoder: { id, dim } } satisfies RunRecord as JsonValue;
}

/** @throws CheckpointError when the directory holds no run, or one that this program did not make */
export async function readRecord(runDirectory: string): Promise<RunRecord> {
  const result = runRecordSchema.safeParse((await readRun(runDirectory)).run);
  if (result.success) return result.data;
  throw new CheckpointError(`${runDirectory} is not a run of this version:\n${z.prettifyError(result.error)}`, {
    cause: result.error,
  });
}

/** @throws CheckpointError when the encoder is missing, damaged or another than the run was trained with */
export async function loadRunEncoder(
  runDirectory: string,
  record: RunRecord,
  logger?: Logger,
): Promise<SavableEncoder> {
  const directory = await directoryInside(runDirectory, ENCODER).catch((cause: unknown) => {
    throw new CheckpointError(`Cannot read ${encoderDirectory(runDirectory)}: ${readProblem(cause)}`, {
      hint: 'Put the encoder of this run back.',
      cause,
    });
  });
  const encoder = await loadEncoder(directory, { logger });
  if (encoder.id === record.encoder.id) return encoder;
  throw new CheckpointError(
    `${directory} holds the encoder ${encoder.id}, the run was trained with ${record.encoder.id}.`,
    {
      hint: 'Put the encoder of this run back.',
    },
  );
}

/** @throws CheckpointError when the data have changed since the run began */
export function assertSameData(record: RunRecord, dataset: TextImageDataset): void {
  if (dataset.fingerprint === record.dataset.fingerprint) return;
  throw new CheckpointError(`The data set "${dataset.name}" is not the one that the run was trained on.`, {
    hint: 'Put the same data back, or start a new run.',
  });
}

/**
 * The data that a run goes on with: its own, or, with a warning, a lossy copy of them. The copy goes by the fingerprint of the original,
 * which the checkpoints ask for: the run can go back to it.
 * @throws CheckpointError when it is neither
 */
export function dataToContinueWith(record: RunRecord, dataset: TextImageDataset, logger?: Logger): TextImageDataset {
  const copyOf = dataset instanceof PackedDataset ? dataset.manifest.copyOf : undefined;
  if (copyOf === undefined || copyOf.fingerprint !== record.dataset.fingerprint) {
    assertSameData(record, dataset);
    return dataset;
  }
  logger?.warn(`The run goes on with a lossy copy of its images (${copyOf.pictures}), not bit for bit as before.`);
  const { name, size, storedSize, classNames, labels, splits } = dataset;
  return {
    ...{ name, size, storedSize, classNames, labels, splits, fingerprint: copyOf.fingerprint },
    captions: (item) => dataset.captions(item),
    readImages: (items) => dataset.readImages(items),
    close: () => dataset.close(),
  };
}
