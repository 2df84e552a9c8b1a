/** Opens a published model from a directory. */

import { join } from 'node:path';
import { CheckpointError, type Logger } from '@t2i/core';
import { exists, readInside, readProblem, statInside } from '@t2i/core/node';
import type { SavableEncoder } from '@t2i/text-encoder';
import { MANIFEST_FILE, type ModelFile, type ModelManifest, parseModelManifest } from '../manifest.ts';
import { assertLength, PublishedModel, restoreModelEncoder } from '../published-model.ts';

/** Whether a directory says that it holds a published model. */
export function isModelDirectory(directory: string): Promise<boolean> {
  return exists(join(directory, MANIFEST_FILE));
}

/** @throws CheckpointError when there is no `model.json`, or one of another version */
export async function readModelManifest(directory: string): Promise<ModelManifest> {
  const bytes = await orExplain(directory, MANIFEST_FILE, readInside);
  return parseModelManifest(new TextDecoder().decode(bytes), join(directory, MANIFEST_FILE));
}

/**
 * Opens the model in a directory that `writeModelDirectory` wrote. A backend must have been chosen.
 * @throws CheckpointError when a file is missing, truncated, damaged or of another model: never random images
 */
export async function openModelDirectory(directory: string, logger?: Logger): Promise<PublishedModel> {
  const manifest = await readModelManifest(directory);
  const [generator, encoder] = await Promise.all([
    readPart(directory, manifest.generator.file),
    readPart(directory, manifest.encoder.file),
  ]);
  return PublishedModel.restore(manifest, { generator, encoder }, logger);
}

/**
 * The encoder of the model in such a directory, for a generator of one's own. Needs no backend.
 * @throws CheckpointError when a file is missing, truncated, damaged or of another model
 */
export async function openModelEncoder(directory: string, logger?: Logger): Promise<SavableEncoder> {
  const manifest = await readModelManifest(directory);
  return restoreModelEncoder(manifest, await readPart(directory, manifest.encoder.file), logger);
}

/** Its length is compared before it is read. */
async function readPart(directory: string, file: ModelFile): Promise<Uint8Array> {
  assertLength(file, (await orExplain(directory, file.name, statInside)).size);
  return orExplain(directory, file.name, readInside);
}

async function orExplain<T>(
  directory: string,
  name: string,
  look: (directory: string, name: string) => Promise<T>,
): Promise<T> {
  return look(directory, name).catch((cause: unknown) => {
    throw new CheckpointError(`Cannot read ${join(directory, name)}: ${readProblem(cause)}`, {
      hint: 'Copy all files of the model together, or export it again.',
      cause,
    });
  });
}
