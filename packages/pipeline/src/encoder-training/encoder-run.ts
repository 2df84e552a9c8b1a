/** Trains a text encoder, or resumes it: data, features, network and batches from one configuration, then the trainer's loop. */

import { join } from 'node:path';
import { ConfigError, type ImageFeatures, type JsonValue, type Logger, Rng } from '@t2i/core';
import { withDirectoryLock } from '@t2i/core/node';
import { openModelEncoder } from '@t2i/published-model/node';
import { CharCnnRnn, LinearWords, type SavableEncoder } from '@t2i/text-encoder';
import { loadEncoder, saveEncoder } from '@t2i/text-encoder/node';
import {
  CharCnnRnnNetwork,
  ClassBatches,
  COLOUR_LABELS,
  JointEmbedding,
  quietDirections,
  type TextNetwork,
  trainedEncoder,
  WordCnnNetwork,
} from '@t2i/text-encoder/training';
import { loadLatestModelState, type TrainResult } from '@t2i/trainer';
import { z } from 'zod';
import { datasetSchema, datasetSource, recordedDataset } from '../dataset-source.ts';
import { type ConfigChanges, defineRun, type LockedRunOptions, type RunOptions } from '../define-run.ts';
import { openDirectory } from '../open-directory.ts';
import { type Benchmark, withBenchmark } from './benchmark.ts';
import { normalisesImages } from './compared-with.ts';
import { type EncoderConfig, encoderConfigSchema } from './encoder-config.ts';
import { networkOf, splitsOf } from './network-of.ts';

const recordSchema = z.strictObject({
  config: encoderConfigSchema,
  dataset: datasetSchema,
  imageEncoder: z.string(),
  /** The ids of the encoders that `config.initFrom` and `config.teacher` name. */
  initFrom: z.string().optional(),
  teacher: z.string().optional(),
});

type EncoderRecord = z.output<typeof recordSchema>;

const idOf = (id: string | undefined) => id;

const encoderRun = defineRun<EncoderRecord>({
  kind: 'text-encoder',
  schema: recordSchema,
  sources: {
    dataset: datasetSource,
    imageEncoder: {
      idOf,
      changed: ({ before, now }) => `The features are of ${now}, the run was trained with ${before}.`,
      hint: 'Give the features of the same image encoder, or start a new run.',
    },
    initFrom: {
      idOf,
      changed: ({ before, now }) => `The run began with ${before}, its directory holds ${now}.`,
      hint: 'Put the same encoder back, or start a new run.',
    },
    teacher: {
      idOf,
      changed: ({ before, now }) => `The teacher is ${now}, but the run was trained with the teacher ${before}.`,
      hint: 'Put the same encoder back, or start a new run.',
    },
  },
});

/** Where a run keeps the encoder that it ended with. */
const encoderDirectory = (runDirectory: string) => join(runDirectory, 'encoder');

/**
 * Trains a new encoder, and saves it in the directory `encoder` of the run.
 * @throws ConfigError when the directory holds a run already
 */
export function trainEncoder(config: EncoderConfig, options: RunOptions): Promise<TrainResult> {
  return runTraining(config, options, undefined);
}

/** What may differ from before: the trainer's limits and intervals, and where the directories are now. */
export type EncoderChanges = Pick<
  ConfigChanges<EncoderConfig>,
  'data' | 'features' | 'initFrom' | 'teacher' | 'trainer'
>;

/**
 * Continues a run from its last checkpoint, bit for bit as if it had never stopped.
 * @throws CheckpointError when the directory holds no such run, or its data or features have changed since
 */
export async function resumeEncoder(options: RunOptions, changes: EncoderChanges = {}): Promise<TrainResult> {
  const record = await encoderRun.read(options.runDirectory);
  return runTraining(encoderRun.withChanges(record, changes).config, options, record);
}

/** @throws CheckpointError when the directory holds no run of a text encoder */
export async function readEncoderConfig(runDirectory: string): Promise<EncoderConfig> {
  return (await encoderRun.read(runDirectory)).config;
}

/** A run of a text encoder at its newest whole checkpoint. */
export interface EncoderRun {
  readonly encoder: SavableEncoder;
  readonly config: EncoderConfig;
  readonly progress: { readonly step: number; readonly epoch: number };
}

/** @throws CheckpointError when the directory holds no such run, or none of its checkpoints is whole */
export async function openEncoderRun(runDirectory: string, logger?: Logger): Promise<EncoderRun> {
  const record = await encoderRun.read(runDirectory);
  const { state, progress } = await loadLatestModelState(runDirectory, logger);
  const encoder = trainedEncoder(state, settingsOf(record, progress.step));
  return { encoder, config: record.config, progress };
}

/**
 * The encoder in a directory: one that was saved, that of a published model, or that of a run at its newest whole checkpoint.
 * @throws CheckpointError when it holds none, or one that is damaged
 */
export async function openTrainedEncoder(directory: string, logger?: Logger): Promise<SavableEncoder> {
  switch ((await openDirectory(directory)).holds) {
    case 'run':
      return (await openEncoderRun(directory, logger)).encoder;
    case 'published-model':
      return openModelEncoder(directory, logger);
    case 'encoder':
      return loadEncoder(directory, { logger });
  }
}

function runTraining(
  config: EncoderConfig,
  options: RunOptions,
  resumed: EncoderRecord | undefined,
): Promise<TrainResult> {
  return withDirectoryLock(options.runDirectory, 'training', (lock) =>
    withBenchmark(config, (benchmark) => trainOn(benchmark, config, { ...options, lock }, resumed)),
  );
}

async function trainOn(
  { dataset, features }: Benchmark,
  config: EncoderConfig,
  options: LockedRunOptions,
  resumed: EncoderRecord | undefined,
): Promise<TrainResult> {
  const named = async (directory: string | undefined) =>
    directory === undefined ? undefined : openTrainedEncoder(directory, options.logger);
  const teacher = await named(config.teacher);
  if (teacher !== undefined) assertTeaches(teacher, features, config);
  const initial = await named(config.initFrom); // when resumed, too: a run may have been killed before its first checkpoint
  // which views there are may change between sessions of a run, but not which it uses
  const batches = { ...config.batches, views: config.batches.views ?? [...features.views] };
  const record: EncoderRecord = {
    config: { ...config, batches },
    dataset: recordedDataset(dataset),
    imageEncoder: features.encoderId,
    initFrom: initial?.id,
    teacher: teacher?.id,
  };
  if (resumed !== undefined) encoderRun.assertSameSources(options.runDirectory, resumed, record);
  return trainJointly(record, { dataset, features, teacher, initial }, options, resumed !== undefined);
}

interface Sources extends Benchmark {
  readonly teacher: SavableEncoder | undefined;
}

async function trainJointly(
  record: EncoderRecord,
  { initial, ...sources }: Sources & { readonly initial: SavableEncoder | undefined },
  options: LockedRunOptions,
  resume: boolean,
): Promise<TrainResult> {
  const { config } = record;
  const { dataset, features } = sources;
  const seeds = new Rng(config.seed);
  const network = networkOf(config, dataset, features.dim, seeds.fork());
  const { contrast = 0, reading = 0, loudness = 1, ...objective } = config.objective;
  if (initial !== undefined) startFrom(network, initial);
  const directions = reading > 0 ? await directionsFor(sources, config) : undefined;
  const { optimiser } = config;
  const model = new JointEmbedding(network, { ...objective, contrast, reading, loudness }, { optimiser, directions });
  try {
    const sampling = { splits: splitsOf(config.split), rng: seeds.fork(), edits: contrast > 0, reworded: reading > 0 };
    const batches = new ClassBatches({ ...sources, ...sampling, ...config.batches });
    const result = await encoderRun.train(record, { ...options, model, batches, resume });
    await saveEncoder(encoderDirectory(options.runDirectory), await model.encoder(settingsOf(record, result.step)));
    return result;
  } finally {
    model.dispose();
  }
}

/** Where embeddings say what they say of colours: decided by the images that are trained on, and so the same when a run is resumed. */
async function directionsFor(
  { dataset, features }: Benchmark,
  { split, batches }: EncoderConfig,
): Promise<Float32Array> {
  const items = splitsOf(split).flatMap((name) => [...dataset.splits[name]]);
  const rows = await features.read(items, (batches.views ?? features.views)[0]!);
  return quietDirections(rows, features.dim, COLOUR_LABELS);
}

/** @throws ConfigError when the network cannot start with the weights of the encoder */
function startFrom(network: TextNetwork, encoder: SavableEncoder): void {
  if (network instanceof CharCnnRnnNetwork && encoder instanceof CharCnnRnn && network.startFrom(encoder)) return;
  if (network instanceof WordCnnNetwork && encoder instanceof LinearWords && network.startFrom(encoder)) return;
  network.dispose();
  const name = network.kind === CharCnnRnn.kind ? 'char-CNN-RNN' : network.kind;
  throw new ConfigError(`A ${name} cannot start from ${encoder.id}.`, {
    hint: 'A char-CNN-RNN starts from one with the same widths, recurrence and feature length, a word-CNN from linear words of the same feature length.',
  });
}

function settingsOf({ config, dataset, imageEncoder, initFrom, teacher }: EncoderRecord, steps: number): JsonValue {
  const { split, network, objective, batches, optimiser, seed } = config;
  const normalise = network.kind === 'char-cnn-rnn' ? network.normalise : 'none';
  const settings = {
    dataset,
    split,
    imageEncoder,
    initFrom,
    teacher,
    normalise,
    objective,
    batches,
    optimiser,
    seed,
    steps,
  };
  return JSON.parse(JSON.stringify(settings)) as JsonValue;
}

/** @throws ConfigError when the teacher's products are of other features, or of features that are scaled otherwise */
function assertTeaches(teacher: SavableEncoder, features: ImageFeatures, { network }: EncoderConfig): void {
  const normalises = network.kind === 'char-cnn-rnn' && network.normalise !== 'none';
  if (normalisesImages(teacher, features) === normalises) return;
  throw new ConfigError('The teacher and the network scale image features differently.', {
    hint: 'Train both with the same `normalise`.',
  });
}
