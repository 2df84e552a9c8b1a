/**
 * A run's directory:
 *
 *     run.json                the resolved configuration and versions, written once
 *     log.jsonl               one line of metrics per `logEvery` steps
 *     events.out.tfevents.*   the same metrics and the sample sheets, for TensorBoard
 *     curves.svg, curves.png  losses and scores so far
 *     samples/epoch-0001.png  one sheet per epoch; epoch-0000 is the untrained model
 *     checkpoints/            see checkpoint.ts
 */

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonValue } from '@t2i/core';
import { CheckpointError, ConfigError } from '@t2i/core';
import { exists, listInside, readJsonFile, writeJsonFile } from '@t2i/core/node';
import { z } from 'zod';
import { trainerConfigSchema } from './config.ts';
import { runIdentitySchema } from './identity.ts';

const RUN_FORMAT = 1;
const RECORD = 'run.json';
const SAMPLES = 'samples';
const CHECKPOINTS = 'checkpoints';
/** The suffix of unfinished and discarded files of `writeFileAtomic` and `checkpoint.ts`. */
const LEFTOVER = /\.[0-9a-f]{12}\.tmp$/;

const runRecordSchema = z.strictObject({
  format: z.literal(RUN_FORMAT),
  createdAt: z.string(),
  versions: z.record(z.string(), z.string()),
  identity: runIdentitySchema,
  trainer: trainerConfigSchema,
  run: z.json(),
});

/** The content of `run.json`. */
export type RunRecord = z.output<typeof runRecordSchema>;

/** The paths of the files of a run. */
export interface RunPaths {
  readonly record: string;
  readonly log: string;
  readonly curvesSvg: string;
  readonly curvesPng: string;
  readonly samples: string;
  readonly checkpoints: string;
}

/** The paths in a run's directory, whether or not they exist yet. */
export function runPaths(directory: string): RunPaths {
  return {
    record: join(directory, RECORD),
    log: join(directory, 'log.jsonl'),
    curvesSvg: join(directory, 'curves.svg'),
    curvesPng: join(directory, 'curves.png'),
    samples: join(directory, SAMPLES),
    checkpoints: join(directory, CHECKPOINTS),
  };
}

/** The sample sheet of an epoch; epoch 0 is before training. */
export function samplePath(directory: string, epoch: number): string {
  return join(runPaths(directory).samples, `epoch-${String(epoch).padStart(4, '0')}.png`);
}

/** A sample sheet, in the form that `openInside` and `readInside` of `@t2i/core/node` accept. */
export interface Sample {
  readonly epoch: number;
  /** Directory of the run. */
  readonly directory: string;
  /** Name in the directory. */
  readonly name: string;
}

/** The existing sample sheets by epoch. */
export async function listSamples(directory: string): Promise<Sample[]> {
  const names = await listInside(directory, SAMPLES);
  return names
    .flatMap((name) => {
      const match = /^epoch-(\d+)\.png$/.exec(name);
      return match === null ? [] : [{ epoch: Number(match[1]), directory: directory, name: `${SAMPLES}/${name}` }];
    })
    .sort((a, b) => a.epoch - b.epoch);
}

/** Sorted names in the directory of checkpoints. */
export const listCheckpointNames = (directory: string): Promise<string[]> => listInside(directory, CHECKPOINTS);

/**
 * Removes unfinished files of a killed process.
 * @throws T2iError `ERR_FILE` if a directory of the run leads outside it. Nothing is written or removed there
 */
export async function removeLeftovers(directory: string): Promise<void> {
  for (const part of ['', SAMPLES, CHECKPOINTS]) {
    for (const name of await listInside(directory, part)) {
      if (LEFTOVER.test(name)) await rm(join(directory, part, name), { recursive: true });
    }
  }
}

/**
 * Checks a directory for callers that write into it before training.
 * @throws ConfigError if the directory already contains a run or a part of one
 */
export async function assertNoRun(directory: string): Promise<void> {
  const { record, log, samples, checkpoints } = runPaths(directory);
  for (const path of [record, log, samples, checkpoints]) {
    if (!(await exists(path))) continue;
    throw new ConfigError(`${directory} holds a run already (${path} exists).`, {
      hint: 'Resume that run, or choose another directory.',
    });
  }
}

/** Whether the directory contains a run, that is, a `run.json`. */
export function isRunDirectory(directory: string): Promise<boolean> {
  return exists(runPaths(directory).record);
}

/**
 * Begins a run: writes `run.json` into a directory without one.
 * @throws ConfigError if the directory already contains a run
 */
export async function createRun(
  directory: string,
  record: { identity: RunRecord['identity']; trainer: RunRecord['trainer']; run: JsonValue },
): Promise<void> {
  await assertNoRun(directory);
  await removeLeftovers(directory);
  const versions = { '@t2i/trainer': await ownVersion(), node: process.versions.node };
  const createdAt = new Date().toISOString();
  await writeJsonFile(runPaths(directory).record, { format: RUN_FORMAT, createdAt, versions, ...record });
}

/**
 * Reads a run's configuration.
 * @throws CheckpointError if the directory contains no run, or one of another format
 */
export async function readRun(directory: string): Promise<RunRecord> {
  const path = runPaths(directory).record;
  if (!(await isRunDirectory(directory))) {
    throw new CheckpointError(`${directory} holds no run: there is no ${path}.`, { hint: 'Check the path.' });
  }
  const result = runRecordSchema.safeParse(await readJsonFile(directory, RECORD));
  if (result.success) return result.data;
  throw new CheckpointError(`${path} is not a run of this version:\n${z.prettifyError(result.error)}`, {
    cause: result.error,
  });
}

/** Reads the package's own package.json, which is one level above `src` and `dist`. */
async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
