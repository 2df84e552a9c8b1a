/** What a directory holds: a run, a published model or a saved text encoder. */

import { CheckpointError } from '@t2i/core';
import type { ModelManifest } from '@t2i/published-model';
import { isModelDirectory, readModelManifest } from '@t2i/published-model/node';
import { isEncoderDirectory } from '@t2i/text-encoder/node';
import { isRunDirectory, readRun } from '@t2i/trainer';
import { type RunKind, runKindOf } from './define-run.ts';

/** A directory of one of the kinds that this project writes. */
export type OpenedDirectory =
  /** `kind` is what the run trains; undefined for the run of another program. */
  | { readonly holds: 'run'; readonly kind: RunKind | undefined }
  | { readonly holds: 'published-model'; readonly manifest: ModelManifest }
  | { readonly holds: 'encoder' };

/**
 * Reads what identifies the content of a directory; weights are read later.
 * @throws CheckpointError when it holds neither a run, a published model nor a text encoder, or the file that says so is damaged
 */
export async function openDirectory(directory: string): Promise<OpenedDirectory> {
  if (await isModelDirectory(directory)) {
    return { holds: 'published-model', manifest: await readModelManifest(directory) };
  }
  if (await isRunDirectory(directory)) return { holds: 'run', kind: runKindOf((await readRun(directory)).run) };
  if (await isEncoderDirectory(directory)) return { holds: 'encoder' };
  throw new CheckpointError(`${directory} holds no run, published model or text encoder.`, { hint: 'Check the path.' });
}
