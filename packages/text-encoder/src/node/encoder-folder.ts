/** A saved encoder: a folder with `encoder.json` (what it is) and `encoder.safetensors` (its weights). */

import { join } from 'node:path';
import { CheckpointError } from '@t2i/core';
import { readJsonFile, readStateFile, writeJsonFile, writeStateFile } from '@t2i/core/node';
import type { EncoderManifest } from '../restore-encoder.ts';
import { restoreEncoder } from '../restore-encoder.ts';
import type { RestoreOptions, SavableEncoder } from '../savable-encoder.ts';

const FORMAT_VERSION = 1;
const manifestPath = (directory: string) => join(directory, 'encoder.json');
const statePath = (directory: string) => join(directory, 'encoder.safetensors');

/**
 * Writes both files, each atomically, the weights first: a kill in between leaves a pair that `loadEncoder` refuses, never a wrong encoder.
 * @throws T2iError `ERR_WRITE` when the folder cannot be written
 */
export async function saveEncoder(directory: string, encoder: SavableEncoder): Promise<void> {
  const { kind, id, dim, settings } = encoder;
  await writeStateFile(statePath(directory), await encoder.toState());
  await writeJsonFile(manifestPath(directory), { formatVersion: FORMAT_VERSION, kind, id, dim, settings });
}

/** @throws CheckpointError when a file is missing or damaged, of a later version, or the two do not belong together */
export async function loadEncoder(directory: string, options: RestoreOptions = {}): Promise<SavableEncoder> {
  const manifest = readManifest(await readJsonFile(manifestPath(directory)), manifestPath(directory));
  return restoreEncoder(manifest, await readStateFile(statePath(directory)), options);
}

function readManifest(json: unknown, path: string): EncoderManifest {
  const { formatVersion, kind, id, dim } = (json ?? {}) as Record<string, unknown>;
  if (
    typeof formatVersion !== 'number' ||
    typeof kind !== 'string' ||
    typeof id !== 'string' ||
    typeof dim !== 'number'
  ) {
    throw new CheckpointError(`${path} does not describe an encoder.`, {
      hint: 'Give a folder that saveEncoder has written.',
    });
  }
  if (formatVersion !== FORMAT_VERSION) {
    throw new CheckpointError(`${path} has format version ${formatVersion}, this program reads ${FORMAT_VERSION}.`, {
      hint: 'Use the version of @t2i/text-encoder that saved it.',
    });
  }
  return { kind, id, dim };
}
