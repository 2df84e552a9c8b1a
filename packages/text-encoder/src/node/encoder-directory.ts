/** A saved encoder: a directory with `encoder.json` (its manifest) and `encoder.safetensors` (its weights). */

import { join } from 'node:path';
import { exists, readJsonFile, writeJsonFile } from '@t2i/core/node';
import { readStateFile, writeStateFile } from '@t2i/formats/node';
import { ENCODER_FORMAT, parseEncoderManifest } from '../encoder-manifest.ts';
import { restoreEncoder } from '../restore-encoder.ts';
import type { RestoreOptions, SavableEncoder } from '../savable-encoder.ts';

const MANIFEST = 'encoder.json';
const WEIGHTS = 'encoder.safetensors';

/**
 * Writes both files, each atomically, the weights first: a kill in between leaves a pair that `loadEncoder` refuses, never a wrong encoder.
 * @throws T2iError `ERR_WRITE` when the directory cannot be written
 */
export async function saveEncoder(directory: string, encoder: SavableEncoder): Promise<void> {
  const { kind, id, dim, settings } = encoder;
  await writeStateFile(join(directory, WEIGHTS), await encoder.toState());
  await writeJsonFile(join(directory, MANIFEST), { formatVersion: ENCODER_FORMAT, kind, id, dim, settings });
}

/** Whether the directory holds a saved encoder. */
export function isEncoderDirectory(directory: string): Promise<boolean> {
  return exists(join(directory, MANIFEST));
}

/** @throws CheckpointError when a file is missing or damaged, of a later version, or the two do not belong together */
export async function loadEncoder(directory: string, options: RestoreOptions = {}): Promise<SavableEncoder> {
  const manifest = parseEncoderManifest(await readJsonFile(directory, MANIFEST), join(directory, MANIFEST));
  return restoreEncoder(manifest, await readStateFile(directory, WEIGHTS), options);
}
