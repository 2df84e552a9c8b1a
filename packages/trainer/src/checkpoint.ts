/**
 * Checkpoints: `checkpoints/step-00000123/{model.safetensors, meta.json}`, each directory written completely or not at all.
 * It is written to a temporary directory, flushed, then renamed. `meta.json` contains the hash of the weights and of itself, so that
 * later damage is detected and the previous checkpoint is used.
 */

import { createHash, randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { JsonValue, Logger, RngState, StateDict } from '@t2i/core';
import { CheckpointError, errorMessage, silentLogger } from '@t2i/core';
import { exists, readInside, readProblem, writeDirectoryAtomic, writeError, writeFileAtomic } from '@t2i/core/node';
import { readSafetensors, safetensorsChunks } from '@t2i/formats';
import { z } from 'zod';
import { assertFiniteState, lossHistorySchema } from './divergence.ts';
import { runIdentitySchema } from './identity.ts';
import { listCheckpointNames, runPaths } from './run-directory.ts';
import { runningMeansSchema } from './running-means.ts';

/** Checkpoints of format 1 have no checksum of `meta.json`. */
const CHECKPOINT_FORMAT = 2;
const WEIGHTS = 'model.safetensors';
const META = 'meta.json';

const progressSchema = z.strictObject({
  /** Steps done. */
  step: z.int().min(0),
  /** Epoch of the last step done, counted from 1; 0 before the first. */
  epoch: z.int().min(0),
  /** Images shown. */
  images: z.int().min(0),
  rng: z.custom<RngState>((value) => z.array(z.number()).length(4).safeParse(value).success),
  batches: z.custom<JsonValue>((value) => z.json().safeParse(value).success),
  means: runningMeansSchema,
  losses: lossHistorySchema,
});

const contentSchema = z.strictObject({
  identity: runIdentitySchema,
  progress: progressSchema,
  weights: z.strictObject({ bytes: z.int(), sha256: z.string() }),
});
const metaSchema = z.discriminatedUnion('format', [
  contentSchema.extend({ format: z.literal(1) }),
  contentSchema.extend({ format: z.literal(CHECKPOINT_FORMAT), checksum: z.string() }),
]);

/** The progress of a run, apart from the model's state. */
export type Progress = z.output<typeof progressSchema>;

/** A checkpoint that was read and is intact. */
export interface Checkpoint {
  readonly path: string;
  readonly identity: z.output<typeof runIdentitySchema>;
  readonly progress: Progress;
  /** The argument of `Trainable.load`. */
  readonly state: StateDict;
  /** Hash of the file with the state. */
  readonly weights: { readonly bytes: number; readonly sha256: string };
}

/**
 * Writes a checkpoint and returns its path.
 * @throws DivergenceError for a state that is not finite (nothing is written then); T2iError if writing fails
 */
export async function saveCheckpoint(
  runDirectory: string,
  checkpoint: Omit<Checkpoint, 'path' | 'weights'>,
): Promise<string> {
  const { identity, progress, state } = checkpoint;
  assertFiniteState(progress.step, state);
  const path = join(runPaths(runDirectory).checkpoints, checkpointName(progress.step));
  await writeDirectoryAtomic(path, async (temporary) => {
    const chunks = safetensorsChunks(state);
    await writeFileAtomic(join(temporary, WEIGHTS), chunks);
    await writeFileAtomic(join(temporary, META), metaText({ identity, progress, weights: digest(chunks) }));
  });
  return path;
}

/**
 * The newest intact checkpoint; damaged ones are skipped with a warning. Undefined when there are no checkpoints.
 * @throws CheckpointError when every checkpoint is damaged
 */
export async function latestCheckpoint(
  runDirectory: string,
  logger: Logger = silentLogger,
): Promise<Checkpoint | undefined> {
  const paths = await listCheckpoints(runDirectory);
  for (const { path } of paths.toReversed()) {
    try {
      return await readCheckpoint(path);
    } catch (error) {
      if (!CheckpointError.isInstance(error)) throw error;
      // a running training has removed it and has written a newer one
      if (!(await exists(path))) return latestCheckpoint(runDirectory, logger);
      logger.warn(`Skipping a damaged checkpoint: ${error.message}`);
    }
  }
  if (paths.length === 0) return undefined;
  throw new CheckpointError(
    `${damaged(paths.length)} in ${runDirectory} ${paths.length === 1 ? 'is' : 'are'} damaged.`,
    {
      hint: 'Restore the directory from a copy, or start a new run.',
    },
  );
}

/** All checkpoints as the subject of a message: `Both checkpoints`. */
const damaged = (count: number) =>
  count === 1 ? 'The only checkpoint' : count === 2 ? 'Both checkpoints' : `All ${count} checkpoints`;

/** Path of the newest checkpoint without reading it; undefined if there is none. Cheap enough to watch a training run. */
export async function latestCheckpointPath(runDirectory: string): Promise<string | undefined> {
  return (await listCheckpoints(runDirectory)).at(-1)?.path;
}

/**
 * Reads the newest checkpoint to use a trained model.
 * @throws CheckpointError when the run has no intact checkpoint
 */
export async function loadLatestModelState(runDirectory: string, logger?: Logger): Promise<Checkpoint> {
  const checkpoint = await latestCheckpoint(runDirectory, logger);
  if (checkpoint !== undefined) return checkpoint;
  throw new CheckpointError(`${runDirectory} has no checkpoint.`, {
    hint: 'Train until the end of the first epoch, or check the path.',
  });
}

/** @throws CheckpointError if a part is missing, damaged or of another format */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const { identity, progress, weights } = parseMeta(join(path, META), await readPart(path, META));
  if (basename(path) !== checkpointName(progress.step)) {
    throw new CheckpointError(`${path} holds the checkpoint of step ${progress.step}.`);
  }
  const file = join(path, WEIGHTS);
  const bytes = await readPart(path, WEIGHTS);
  const found = digest([bytes]);
  if (found.bytes !== weights.bytes || found.sha256 !== weights.sha256) {
    throw new CheckpointError(`${file} is not what was written: ${found.bytes} of ${weights.bytes} bytes, or changed.`);
  }
  return { path, identity, progress, state: readSafetensors(bytes, file), weights };
}

/** Resolved from the directory of all checkpoints, so that a link in place of one is refused. */
async function readPart(path: string, name: string): Promise<Buffer> {
  return readInside(dirname(path), join(basename(path), name)).catch((cause) => {
    throw new CheckpointError(`Cannot read ${join(path, name)}: ${readProblem(cause)}`, { cause });
  });
}

/** The checksum covers the exact text with the checksum itself left empty. */
function metaText(content: z.output<typeof contentSchema>): string {
  const meta = { format: CHECKPOINT_FORMAT, ...content, checksum: '' } satisfies z.output<typeof metaSchema>;
  const text = `${JSON.stringify(meta, null, 2)}\n`;
  return withChecksum(text, sha256(text));
}

/** The checksum is the last entry of the text. */
const withChecksum = (text: string, checksum: string) =>
  text.replace(/"checksum": "[^"]*"(?=\s*\}\s*$)/, `"checksum": "${checksum}"`);

/** @throws CheckpointError if a single bit differs from what was written */
function parseMeta(file: string, bytes: Buffer): z.output<typeof contentSchema> {
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(`${file} is not valid JSON: ${errorMessage(cause)}.`, { cause });
  }
  const meta = metaSchema.safeParse(value);
  if (!meta.success) {
    throw new CheckpointError(`${file} is not of this version:\n${z.prettifyError(meta.error)}`, {
      cause: meta.error,
    });
  }
  const { data } = meta;
  if (data.format === 1 || sha256(withChecksum(text, '')) === data.checksum) {
    return data;
  }
  throw new CheckpointError(`${file} is not what was written.`);
}

/** Removes all but the newest `keepLast` checkpoints. */
export async function pruneCheckpoints(runDirectory: string, keepLast: number): Promise<void> {
  for (const { path } of (await listCheckpoints(runDirectory)).slice(0, -keepLast)) await discard(path);
}

/** Removes the checkpoints after `step`, which were skipped when the run resumed from there. */
export async function discardCheckpointsAfter(runDirectory: string, step: number): Promise<void> {
  for (const checkpoint of await listCheckpoints(runDirectory)) {
    if (checkpoint.step > step) await discard(checkpoint.path);
  }
}

async function listCheckpoints(runDirectory: string): Promise<{ step: number; path: string }[]> {
  const directory = runPaths(runDirectory).checkpoints;
  return (await listCheckpointNames(runDirectory))
    .flatMap((name) => {
      const match = /^step-(\d+)$/.exec(name);
      return match === null ? [] : [{ step: Number(match[1]), path: join(directory, name) }];
    })
    .sort((a, b) => a.step - b.step);
}

function checkpointName(step: number): string {
  return `step-${String(step).padStart(8, '0')}`;
}

function digest(chunks: readonly Uint8Array[]): { bytes: number; sha256: string } {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return { bytes: chunks.reduce((total, chunk) => total + chunk.length, 0), sha256: hash.digest('hex') };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Renames it first, so that a kill leaves a temporary directory and never a checkpoint without weights. */
async function discard(path: string): Promise<void> {
  const rubbish = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await rename(path, rubbish);
    await rm(rubbish, { recursive: true });
  } catch (cause) {
    throw writeError(path, cause);
  }
}
