/** Trains a text encoder, or resumes it: data, features, network and batches from one configuration, then the trainer's loop. */

import { join } from 'node:path';
import { CheckpointError, ConfigError, type ImageFeatures, type JsonValue, type Logger, Rng } from '@t2i/core';
import { exists, withDirectoryLock } from '@t2i/core/node';
import { isModelDirectory, openModelEncoder } from '@t2i/published-model/node';
import { CharCnnRnn, type SavableEncoder } from '@t2i/text-encoder';
import { loadEncoder, saveEncoder } from '@t2i/text-encoder/node';
import {
  CharCnnRnnNetwork,
  ClassBatches,
  JointEmbedding,
  type TextNetwork,
  trainedEncoder,
} from '@t2i/text-encoder/training';
import { loadLatestModelState, readRun, runPaths, type TrainOptions, type TrainResult, train } from '@t2i/trainer';
import { z } from 'zod';
import { type Benchmark, withBenchmark } from './benchmark.ts';
import { normalisesImages } from './compared-with.ts';
import { type EncoderConfig, encoderConfigSchema } from './encoder-config.ts';
import { networkOf, splitsOf } from './network-of.ts';

const recordSchema = z.strictObject({
  kind: z.literal('text-encoder'),
  config: encoderConfigSchema,
  dataset: z.strictObject({ name: z.string(), fingerprint: z.string() }),
  imageEncoder: z.string(),
  /** The ids of the encoders that `config.initFrom` and `config.teacher` name. */
  initFrom: z.string().optional(),
  teacher: z.string().optional(),
});

/** The directory of the run, and who watches it. */
export type EncoderRunOptions = Pick<TrainOptions, 'runDirectory' | 'logger' | 'trackers' | 'onStep' | 'signal'>;

/** With the lock of the directory, which is held until the encoder is saved. */
type LockedOptions = EncoderRunOptions & Required<Pick<TrainOptions, 'lock'>>;

/** Where a run keeps the encoder that it ended with. */
const encoderDirectory = (runDirectory: string) => join(runDirectory, 'encoder');

/**
 * Trains a new encoder, and saves it in the directory `encoder` of the run.
 * @throws ConfigError when the directory holds a run already
 */
export function trainEncoder(config: EncoderConfig, options: EncoderRunOptions): Promise<TrainResult> {
  return runTraining(config, options, undefined);
}

/** What may differ from before: the trainer's limits and intervals, and where the directories are now. */
export type EncoderChanges = Partial<Pick<EncoderConfig, 'data' | 'features' | 'initFrom' | 'teacher'>> & {
  readonly trainer?: Partial<EncoderConfig['trainer']>;
};

/**
 * Continues a run from its last checkpoint, bit for bit as if it had never stopped.
 * @throws CheckpointError when the directory holds no such run, or its data or features have changed since
 */
export async function resumeEncoder(options: EncoderRunOptions, changes: EncoderChanges = {}): Promise<TrainResult> {
  const record = await readEncoderRecord(options.runDirectory);
  const { config } = record;
  const { data = config.data, features = config.features, initFrom = config.initFrom } = changes;
  const places = { data, features, initFrom, teacher: changes.teacher ?? config.teacher };
  return runTraining({ ...config, ...places, trainer: { ...config.trainer, ...changes.trainer } }, options, record);
}

/** @throws CheckpointError when the directory holds no run of a text encoder */
export async function readEncoderConfig(runDirectory: string): Promise<EncoderConfig> {
  return (await readEncoderRecord(runDirectory)).config;
}

/** A run of a text encoder at its newest whole checkpoint. */
export interface EncoderRun {
  readonly encoder: SavableEncoder;
  readonly config: EncoderConfig;
  readonly progress: { readonly step: number; readonly epoch: number };
}

/** @throws CheckpointError when the directory holds no such run, or none of its checkpoints is whole */
export async function openEncoderRun(runDirectory: string, logger?: Logger): Promise<EncoderRun> {
  const record = await readEncoderRecord(runDirectory);
  const { state, progress } = await loadLatestModelState(runDirectory, logger);
  const encoder = trainedEncoder(state, settingsOf(record, progress.step));
  return { encoder, config: record.config, progress };
}

/**
 * The encoder in a directory: one that was saved, that of a published model, or that of a run at its newest whole checkpoint.
 * @throws CheckpointError when it holds none, or one that is damaged
 */
export async function openTrainedEncoder(directory: string, logger?: Logger): Promise<SavableEncoder> {
  if (await isModelDirectory(directory)) return openModelEncoder(directory, logger);
  const isRun = await exists(runPaths(directory).record);
  return isRun ? (await openEncoderRun(directory, logger)).encoder : loadEncoder(directory, { logger });
}

type EncoderRecord = z.output<typeof recordSchema>;

async function readEncoderRecord(runDirectory: string): Promise<EncoderRecord> {
  const result = recordSchema.safeParse((await readRun(runDirectory)).run);
  if (result.success) return result.data;
  throw new CheckpointError(`${runDirectory} is not the run of a text encoder:\n${z.prettifyError(result.error)}`, {
    cause: result.error,
  });
}

function runTraining(
  config: EncoderConfig,
  options: EncoderRunOptions,
  resumed: EncoderRecord | undefined,
): Promise<TrainResult> {
  return withDirectoryLock(options.runDirectory, 'training', (lock) =>
    withBenchmark(config, (benchmark) => trainOn(benchmark, config, { ...options, lock }, resumed)),
  );
}

async function trainOn(
  { dataset, features }: Benchmark,
  config: EncoderConfig,
  options: LockedOptions,
  resumed: EncoderRecord | undefined,
): Promise<TrainResult> {
  const named = async (directory: string | undefined) =>
    directory === undefined ? undefined : openTrainedEncoder(directory, options.logger);
  const teacher = await named(config.teacher);
  if (teacher !== undefined) assertTeaches(teacher, features, config);
  const initial = await named(config.initFrom); // when resumed, too: a run may have been killed before its first checkpoint
  const { name, fingerprint } = dataset;
  // which views there are may change between sessions of a run, but not which it uses
  const batches = { ...config.batches, views: config.batches.views ?? [...features.views] };
  const record: EncoderRecord = {
    kind: 'text-encoder',
    config: { ...config, batches },
    dataset: { name, fingerprint },
    imageEncoder: features.encoderId,
    initFrom: initial?.id,
    teacher: teacher?.id,
  };
  if (resumed !== undefined) assertSameSources(resumed, record);
  return trainJointly(record, { dataset, features, teacher, initial }, options, resumed !== undefined);
}

interface Sources extends Benchmark {
  readonly teacher: SavableEncoder | undefined;
}

async function trainJointly(
  record: EncoderRecord,
  { initial, ...sources }: Sources & { readonly initial: SavableEncoder | undefined },
  options: LockedOptions,
  resume: boolean,
): Promise<TrainResult> {
  const { config } = record;
  const { dataset, features } = sources;
  const seeds = new Rng(config.seed);
  const network = networkOf(config, dataset, features.dim, seeds.fork());
  const { contrast = 0, ...objective } = config.objective;
  const model = new JointEmbedding(network, { ...objective, contrast });
  try {
    if (initial !== undefined) startFrom(network, initial);
    const drawing = { splits: splitsOf(config.split), rng: seeds.fork(), edits: contrast > 0 };
    const batches = new ClassBatches({ ...sources, ...drawing, ...config.batches });
    const trainer = { ...config.trainer, seed: config.seed };
    const run = JSON.parse(JSON.stringify(record)) as JsonValue;
    const result = await train({ ...options, model, batches, config: trainer, run, resume });
    await saveEncoder(encoderDirectory(options.runDirectory), await model.encoder(settingsOf(record, result.step)));
    return result;
  } finally {
    model.dispose();
  }
}

/** @throws ConfigError when the encoder is of another network, or of one whose weights mean nothing without its vocabulary */
function startFrom(network: TextNetwork, encoder: SavableEncoder): void {
  if (network instanceof CharCnnRnnNetwork && encoder instanceof CharCnnRnn && network.startFrom(encoder)) return;
  throw new ConfigError(`${encoder.id} is not of the char-CNN-RNN that is to start from it.`, {
    hint: 'Only a char-CNN-RNN starts from another, of the same widths, recurrence and length of features.',
  });
}

function settingsOf({ config, dataset, imageEncoder, initFrom, teacher }: EncoderRecord, steps: number): JsonValue {
  const { split, network, objective, batches, seed } = config;
  const normalise = network.kind === 'char-cnn-rnn' ? network.normalise : 'none';
  const settings = { dataset, split, imageEncoder, initFrom, teacher, normalise, objective, batches, seed, steps };
  return JSON.parse(JSON.stringify(settings)) as JsonValue;
}

/** @throws ConfigError when the teacher's products are of other features, or of features that are scaled otherwise */
function assertTeaches(teacher: SavableEncoder, features: ImageFeatures, { network }: EncoderConfig): void {
  const normalises = network.kind === 'char-cnn-rnn' && network.normalise !== 'none';
  if (normalisesImages(teacher, features) === normalises) return;
  throw new ConfigError('The teacher and the network do not scale image features alike.', {
    hint: 'Train both with the same `normalise`.',
  });
}

/** @throws CheckpointError when the data, the features or the teacher have changed since the run began */
function assertSameSources(before: EncoderRecord, now: EncoderRecord): void {
  if (before.dataset.fingerprint !== now.dataset.fingerprint) {
    throw new CheckpointError(`The data set "${now.dataset.name}" is not the one that the run was trained on.`, {
      hint: 'Put the same data back, or start a new run.',
    });
  }
  if (before.imageEncoder !== now.imageEncoder) {
    throw new CheckpointError(
      `The features are of ${now.imageEncoder}, the run was trained with ${before.imageEncoder}.`,
      {
        hint: 'Give the features of the same image encoder, or start a new run.',
      },
    );
  }
  if (before.initFrom !== now.initFrom) {
    throw new CheckpointError(`The run began with ${before.initFrom}, its directory holds ${now.initFrom}.`, {
      hint: 'Put the same encoder back, or start a new run.',
    });
  }
  if (before.teacher !== now.teacher) {
    throw new CheckpointError(`The teacher is ${now.teacher}, the run was taught by ${before.teacher}.`, {
      hint: 'Put the same encoder back, or start a new run.',
    });
  }
}
