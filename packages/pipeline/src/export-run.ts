/** Exports a run as a published model: only what generating images needs, half the bytes, for Node and browsers. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, type Logger } from '@t2i/core';
import { copyDirectory, writeDirectoryAtomic, writeFileAtomic } from '@t2i/core/node';
import type { ModelManifest } from '@t2i/published-model';
import { isModelDirectory, openModelDirectory, writeModelDirectory } from '@t2i/published-model/node';
import type { CaptionCompletion } from '@t2i/text-encoder';
import { loadLatestModelState } from '@t2i/trainer';
import { kindOf } from './model-settings.ts';
import { TextToImagePipeline } from './pipeline.ts';
import { loadRunEncoder, type RunRecord, textToImageRun } from './run-record.ts';

/** Where a model goes. */
export interface ExportPlace {
  /** Will be created; may exist if it is empty. */
  readonly outDirectory: string;
  /** Overwrite an existing exported model; only without a page, because other files may lie beside a page. */
  readonly replace?: boolean | undefined;
  /** A directory with a web page to copy there, that of `@t2i/web` for instance; the model then goes to `model/` beside it. */
  readonly page?: string | undefined;
}

export interface ExportRunOptions extends ExportPlace {
  readonly runDirectory: string;
  /** Of the matrices; default `float16`. Vectors are float32 always. */
  readonly precision?: ModelManifest['precision'] | undefined;
  /** Of the weights, in words or as an SPDX name. */
  readonly license?: string | undefined;
  /** How the model completes captions that begin otherwise than the data do; default: as the run does. */
  readonly completion?: CaptionCompletion | undefined;
  /** Receives warnings about skipped damaged checkpoints. */
  readonly logger?: Logger;
  /** Makes files to stand beside the model, by their names: a model card for instance. */
  readonly beside?: ((exported: ExportedRun) => Promise<Readonly<Record<string, string | Uint8Array>>>) | undefined;
}

/** The published model and the record of its run. */
export interface ExportedRun {
  readonly record: RunRecord;
  readonly manifest: ModelManifest;
  /** The published model, open until `beside` returns. */
  readonly pipeline: TextToImagePipeline;
}

/**
 * Writes what `TextToImagePipeline.open` and `openPublishedModel` open. A backend must have been chosen; the directory is written completely or not at all.
 * @throws ConfigError when `outDirectory` is not empty
 * @throws CheckpointError when the run has no whole checkpoint, or not its encoder
 */
export async function exportRun(options: ExportRunOptions): Promise<ModelManifest> {
  const { runDirectory, precision = 'float16', license = null, logger, beside } = options;
  await assertFree(options);
  const record = await textToImageRun.read(runDirectory);
  const encoder = await loadRunEncoder(runDirectory, record, logger);
  const { state, weights, progress } = await loadLatestModelState(runDirectory, logger);
  const { model } = record.config;
  const kind = kindOf(model);
  const { step, epoch, images: imagesShown } = progress;
  const publishable = {
    generator: kind.publishable({ ...model, embeddingDim: encoder.dim }, state),
    encoder,
    completion: options.completion ?? record.config.completion,
    precision,
    license,
    facts: {
      dataset: record.dataset.name,
      objective: kind.objective(model),
      epoch,
      step,
      imagesShown,
      checkpoint: weights.sha256,
    },
  };
  return writeOut(options, async (directory) => {
    const manifest = await writeModelDirectory(directory, publishable);
    if (beside !== undefined) await writeBeside(directory, record, beside);
    return manifest;
  });
}

/**
 * Copies a published model, checked whole, with or without a page: a backend must have been chosen.
 * @throws ConfigError when `outDirectory` is not empty
 * @throws CheckpointError when the model is not whole
 */
export async function exportModel(modelDirectory: string, place: ExportPlace): Promise<ModelManifest> {
  await assertFree(place);
  const model = await openModelDirectory(modelDirectory);
  model.dispose();
  return writeOut(place, async (directory) => {
    await copyDirectory(modelDirectory, directory);
    return model.manifest;
  });
}

async function writeBeside(
  directory: string,
  record: RunRecord,
  beside: NonNullable<ExportRunOptions['beside']>,
): Promise<void> {
  const pipeline = await TextToImagePipeline.open(directory);
  try {
    const files = await beside({ record, manifest: pipeline.published!, pipeline });
    for (const [name, content] of Object.entries(files)) await writeFileAtomic(join(directory, name), content);
  } finally {
    pipeline.dispose();
  }
}

async function writeOut(
  { outDirectory, page, replace }: ExportPlace,
  write: (directory: string) => Promise<ModelManifest>,
): Promise<ModelManifest> {
  let manifest: ModelManifest | undefined;
  const writeAll = async (directory: string) => {
    if (page !== undefined) await copyDirectory(page, directory);
    manifest = await write(page === undefined ? directory : join(directory, 'model'));
  };
  await writeDirectoryAtomic(outDirectory, writeAll, { replace });
  return manifest!;
}

async function assertFree({ outDirectory, replace, page }: ExportPlace): Promise<void> {
  const names = await readdir(outDirectory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.length === 0) return;
  const mayGo = page === undefined && (await isModelDirectory(outDirectory));
  if (replace && mayGo) return;
  throw new ConfigError(`${outDirectory} is not empty: it contains ${names[0]}.`, {
    hint: `Choose another directory, or ${mayGo ? 'overwrite the model with --replace' : 'remove this one first'}.`,
  });
}
