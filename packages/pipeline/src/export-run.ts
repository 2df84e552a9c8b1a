/** A trained run as a published model: only what drawing needs, half the bytes, openable in browsers too. */

import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, type Logger } from '@t2i/core';
import { writeFolderAtomic } from '@t2i/core/node';
import { generatorState } from '@t2i/gan-cls';
import type { ModelManifest } from '@t2i/published-model';
import { writeModelFolder } from '@t2i/published-model/node';
import { loadLatestModelState } from '@t2i/trainer';
import { loadRunEncoder, readRecord } from './run-record.ts';

export interface ExportRunOptions {
  readonly runDirectory: string;
  /** To be made; it may exist if nothing is in it. */
  readonly outDirectory: string;
  /** Of the matrices; default `float16`. Vectors are float32 always. */
  readonly precision?: ModelManifest['precision'];
  /** Of the weights, in words or as an SPDX name. */
  readonly license?: string | undefined;
  /** Hears of damaged checkpoints that are passed over. */
  readonly logger?: Logger;
  /** A folder with a web page to copy there, that of `@t2i/web` for instance; the model then goes to `model/` beside it. */
  readonly page?: string | undefined;
}

/**
 * Writes what `TextToImagePipeline.open` and `openPublishedModel` open. An engine must have been chosen; the folder is whole or not there.
 * @throws ConfigError when `outDirectory` holds something
 * @throws CheckpointError when the run has no whole checkpoint, or not its encoder
 */
export async function exportRun(options: ExportRunOptions): Promise<ModelManifest> {
  const { runDirectory, outDirectory, precision = 'float16', license = null, page, logger } = options;
  await assertFree(outDirectory);
  const record = await readRecord(runDirectory);
  const encoder = await loadRunEncoder(runDirectory, record, logger);
  const { state, weights, progress } = await loadLatestModelState(runDirectory, logger);
  const { model } = record.config;
  const { step, epoch, images: imagesShown } = progress;
  const publishable = {
    generator: {
      config: { ...model, embeddingDim: encoder.dim },
      tensors: generatorState(state),
      averaged: model.emaHalfLife > 0,
    },
    encoder,
    precision,
    license,
    facts: {
      dataset: record.dataset.name,
      objective: model.objective,
      epoch,
      step,
      imagesShown,
      checkpoint: weights.sha256,
    },
  };
  let manifest: ModelManifest | undefined;
  await writeFolderAtomic(outDirectory, async (folder) => {
    if (page !== undefined) await cp(page, folder, { recursive: true });
    manifest = await writeModelFolder(page === undefined ? folder : join(folder, 'model'), publishable);
  });
  return manifest!;
}

async function assertFree(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.length === 0) return;
  throw new ConfigError(`${directory} holds something already: ${names[0]}.`, {
    hint: 'Choose another folder, or remove this one first.',
  });
}
