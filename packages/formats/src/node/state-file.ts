/** State dicts as safetensors files: written completely or not at all, read from untrusted directories. */

import { join } from 'node:path';
import type { StateDict } from '@t2i/core';
import { readFileOf, writeFileAtomic } from '@t2i/core/node';
import { readSafetensors, safetensorsChunks } from '../safetensors/safetensors.ts';

/** Writes a safetensors file, atomically. */
export async function writeStateFile(path: string, state: StateDict): Promise<void> {
  await writeFileAtomic(path, safetensorsChunks(state));
}

/**
 * Reads a safetensors file of a directory.
 * @throws CheckpointError if the file is missing, truncated, not safetensors, or refused by `openInside`
 */
export async function readStateFile(directory: string, name: string): Promise<StateDict> {
  return readSafetensors(await readFileOf(directory, name), join(directory, name));
}
