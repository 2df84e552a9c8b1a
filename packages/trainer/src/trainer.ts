/**
 * The training loop, top to bottom: initialise → resume → train → tick.
 * It knows a trainable model, its batches and a directory, but neither a backend nor a data set. If it is killed at any moment and resumed,
 * it ends with the same bytes as an uninterrupted run: everything that changes is in the checkpoint or follows from it.
 */

import type { BatchSource, JsonValue, Logger, StepScalars, Tracker, Trainable, TrainBatch } from '@t2i/core';
import { Rng, silentLogger } from '@t2i/core';
import { type DirectoryLock, withDirectoryLock, writeFileAtomic } from '@t2i/core/node';
import { encodeImage } from '@t2i/image-node';
import { discardCheckpointsAfter, latestCheckpoint, pruneCheckpoints, saveCheckpoint } from './checkpoint.ts';
import { parseTrainerConfig, type TrainerConfig, type TrainerConfigInput } from './config.ts';
import { drawCurves } from './curves.ts';
import { DivergenceGuard } from './divergence.ts';
import type { StepEvent } from './events.ts';
import { assertSameRun, identityOf, inThisVersion, type RunIdentity } from './identity.ts';
import type { Preview } from './preview.ts';
import { createRun, readRun, removeLeftovers, runPaths, samplePath } from './run-directory.ts';
import { RunningMeans } from './running-means.ts';
import { epochAt, learningRateAt } from './schedule.ts';
import { StepsAhead } from './steps-ahead.ts';
import { Throughput } from './throughput.ts';
import { JsonlTracker, truncateLog } from './trackers/jsonl.ts';
import { TensorBoardTracker } from './trackers/tensorboard.ts';

export interface TrainOptions<Batch = TrainBatch> {
  /** Directory of the run; see `run-directory.ts` for its content. */
  readonly runDirectory: string;
  /** Freshly built, also for resuming. A run killed before its first checkpoint starts again from these weights. */
  readonly model: Trainable<Batch>;
  /** At its beginning, also for resuming. The trainer moves it to the position of the checkpoint. */
  readonly batches: BatchSource<Batch>;
  readonly config: TrainerConfigInput;
  /** Generated before training and at the end of epochs. */
  readonly preview?: Preview;
  /** The caller's resolved configuration, written into `run.json`. */
  readonly run?: JsonValue;
  /** Receive the same metrics and images as TensorBoard. The caller closes them. */
  readonly trackers?: readonly Tracker[];
  readonly logger?: Logger;
  /** Called after every step. */
  readonly onStep?: (event: StepEvent) => void;
  /** When it aborts, the trainer finishes the current step and saves a checkpoint. */
  readonly signal?: AbortSignal;
  /** Whether to continue the run in `runDirectory`. Default false, which refuses a directory with a run. */
  readonly resume?: boolean;
  /** A lock of `runDirectory` that the caller holds. Default: the trainer holds one while it trains. */
  readonly lock?: DirectoryLock;
}

/** `finished`: all epochs are done. `limit`: `maxSteps` or `maxMinutes` was reached. `aborted`: the signal aborted. */
export type Stopped = 'finished' | 'limit' | 'aborted';

export interface TrainResult {
  readonly stopped: Stopped;
  /** Steps done, counted over all sessions of the run. */
  readonly step: number;
  /** Epoch of the last step, counted from 1; 0 if there was none. */
  readonly epoch: number;
  /** Images shown, counted over all sessions of the run. */
  readonly images: number;
}

/** Everything that changes from step to step, apart from the model and the batches. */
interface Moving {
  step: number;
  images: number;
  readonly rng: Rng;
  readonly means: RunningMeans;
  readonly guard: DivergenceGuard;
}

/**
 * Trains until the last epoch, a limit or the signal, and saves a checkpoint there.
 * @throws ConfigError for an invalid configuration or directory; CheckpointError if a run cannot be resumed;
 *   DivergenceError if a metric is not finite or a loss explodes (the last good checkpoint is kept);
 *   T2iError `ERR_WRITE` if writing fails, `ERR_LOCKED` if another process trains in the directory, or the directory is removed
 */
export async function train<Batch = TrainBatch>(options: TrainOptions<Batch>): Promise<TrainResult> {
  const { runDirectory, lock } = options;
  if (lock !== undefined) return trainIn(options, lock);
  return withDirectoryLock(runDirectory, 'training', (taken) => trainIn(options, taken));
}

async function trainIn<Batch>(options: TrainOptions<Batch>, lock: DirectoryLock): Promise<TrainResult> {
  // Initialise
  const { runDirectory, model, batches, preview, signal, onStep, resume = false, logger = silentLogger } = options;
  const config = parseTrainerConfig(options.config);
  const { batchSize, batchesPerEpoch } = batches;
  const identity = identityOf(model, batches, config);
  const moving: Moving = {
    step: 0,
    images: 0,
    rng: new Rng(config.seed),
    means: new RunningMeans(),
    guard: new DivergenceGuard(config.explosionFactor),
  };

  // Resume
  if (resume) await restore(options, moving, identity, config.keepLast, logger);
  else await createRun(runDirectory, { identity, trainer: config, run: options.run ?? null });
  const firstStep = moving.step;
  await truncateLog(runPaths(runDirectory).log, firstStep);
  const log = await JsonlTracker.open(runPaths(runDirectory).log);
  const board = await TensorBoardTracker.open({
    directory: runDirectory,
    firstStep: firstStep === 0 ? 0 : firstStep + 1,
  });
  const trackers: readonly Tracker[] = [board, ...(options.trackers ?? [])];

  try {
    if (firstStep === 0 && preview !== undefined && config.previewEvery > 0) {
      await saveSamples(runDirectory, preview, trackers, 0, 0);
    }

    // Train
    const start = performance.now();
    const totalSteps = lastStep(config, batchesPerEpoch);
    const longest = config.maxMinutes > 0 ? config.maxMinutes * 60_000 : Number.POSITIVE_INFINITY;
    const throughput = new Throughput(firstStep, totalSteps, start, longest);
    const ahead = new StepsAhead(model.stepsAhead ? config.logEvery : 1, (step, scalars) => {
      moving.guard.check(step, scalars);
      moving.means.add(scalars);
    });
    const stopNow = (): Stopped | undefined => {
      if (moving.step >= config.epochs * batchesPerEpoch) return 'finished';
      if (signal?.aborted) return 'aborted';
      return moving.step >= totalSteps || performance.now() - start >= longest ? 'limit' : undefined;
    };
    let stopped = stopNow();
    if (firstStep >= totalSteps) logger.warn(nothingLeft(firstStep, totalSteps, config));
    else
      logger.info(`Training from step ${firstStep} to ${totalSteps} (${batchesPerEpoch} an epoch) in ${runDirectory}`);
    while (stopped === undefined) {
      const began = performance.now();
      const epoch = epochAt(moving.step, batchesPerEpoch);
      const learningRate = learningRateAt(epoch, config);
      const batch = await batches.next();
      moving.step += 1;
      moving.images += batchSize;
      await ahead.add(moving.step, model.step(batch, { learningRate, rng: moving.rng }));
      const { step, images } = moving;
      const epochEnds = step % batchesPerEpoch === 0;
      const logged = epochEnds || step % config.logEvery === 0;
      if (logged) await ahead.settle();
      throughput.add(batchSize, performance.now() - began);

      // Tick
      const means = moving.means.means();
      const imagesPerSecond = throughput.imagesPerSecond();
      if (logged) {
        await lock.assertHeld();
        const metrics = { epoch, images, learningRate, ...means };
        await log.scalars(step, metrics); // without speeds: two equal runs have equal logs
        await report(trackers, step, { ...metrics, 'speed/imagesPerSecond': imagesPerSecond });
        moving.means.reset();
      }
      if (epochEnds && preview !== undefined && isDue(epoch, config.previewEvery)) {
        await saveSamples(runDirectory, preview, trackers, step, epoch);
      }
      const secondsLeft = throughput.secondsLeft(step, performance.now());
      const { epochs } = config;
      onStep?.({
        step,
        totalSteps,
        epoch,
        epochs,
        images,
        batchSize,
        imagesPerSecond,
        secondsLeft,
        scalars: means,
        logged,
      });
      stopped = stopNow();
      if (epochEnds || stopped !== undefined) {
        await lock.assertHeld();
        await drawCurves(runDirectory);
      }
      const due = isDue(step, config.checkpointEverySteps) || (epochEnds && isDue(epoch, config.checkpointEveryEpochs));
      if (due || stopped !== undefined) {
        await ahead.settle(); // a diverged step is never in a checkpoint
        await log.sync(); // log lines are written before the checkpoint, which is the last thing that a step writes
        await lock.assertHeld();
        await save(options, moving, identity, config.keepLast);
        await lock.assertHeld(); // otherwise the checkpoint was lost with the directory
      }
    }
    const epoch = lastEpoch(moving.step, batchesPerEpoch);
    logger.info(`Stopped (${stopped}) after step ${moving.step}, epoch ${epoch}`);
    return { stopped, step: moving.step, epoch, images: moving.images };
  } finally {
    await log.close();
    await board.close();
  }
}

/** Restores the model, the batches and the progress from the newest checkpoint; from the start if there is none yet. */
async function restore<Batch>(
  { runDirectory, model, batches }: TrainOptions<Batch>,
  moving: Moving,
  identity: RunIdentity,
  keepLast: number,
  logger: Logger,
): Promise<void> {
  assertSameRun(runDirectory, inThisVersion((await readRun(runDirectory)).identity, model), identity);
  await removeLeftovers(runDirectory);
  const checkpoint = await latestCheckpoint(runDirectory, logger);
  if (checkpoint === undefined) {
    logger.info(`${runDirectory} has no checkpoint yet: starting from its beginning`);
    return;
  }
  const { path, progress, state } = checkpoint;
  assertSameRun(path, inThisVersion(checkpoint.identity, model), identity);
  await model.load(state);
  batches.load(progress.batches);
  moving.step = progress.step;
  moving.images = progress.images;
  moving.rng.setState(progress.rng);
  moving.means.load(progress.means);
  moving.guard.load(progress.losses);
  await discardCheckpointsAfter(runDirectory, progress.step);
  await pruneCheckpoints(runDirectory, keepLast);
}

async function save<Batch>(
  { runDirectory, model, batches }: TrainOptions<Batch>,
  { step, images, rng, means, guard }: Moving,
  identity: RunIdentity,
  keepLast: number,
): Promise<void> {
  const progress = {
    step,
    epoch: lastEpoch(step, batches.batchesPerEpoch),
    images,
    rng: rng.getState(),
    batches: batches.state(),
    means: means.state(),
    losses: guard.state(),
  };
  await saveCheckpoint(runDirectory, { identity, progress, state: await model.state() });
  await pruneCheckpoints(runDirectory, keepLast);
}

async function saveSamples(
  runDirectory: string,
  preview: Preview,
  trackers: readonly Tracker[],
  step: number,
  epoch: number,
): Promise<void> {
  const sheet = await preview.generate();
  await writeFileAtomic(samplePath(runDirectory, epoch), await encodeImage(sheet));
  for (const tracker of trackers) await tracker.image?.(step, 'samples', sheet);
}

async function report(trackers: readonly Tracker[], step: number, values: StepScalars): Promise<void> {
  for (const tracker of trackers) await tracker.scalars(step, values);
}

/** The error for a run that is already at or beyond its last step. */
function nothingLeft(step: number, end: number, { epochs, maxSteps }: TrainerConfig): string {
  const by = end === maxSteps ? `maxSteps is ${maxSteps}` : `${epochs} epochs are ${end} steps`;
  return `The run is already at step ${step}, and ${by}: ${step > end ? 'it is not trained' : 'nothing is left to train'}.`;
}

/** The step at which the run ends, by epochs or by `maxSteps`. */
function lastStep({ epochs, maxSteps }: TrainerConfig, batchesPerEpoch: number): number {
  return Math.min(epochs * batchesPerEpoch, maxSteps || Number.POSITIVE_INFINITY);
}

/** The epoch of the last of `stepsDone` steps; 0 before the first. */
function lastEpoch(stepsDone: number, batchesPerEpoch: number): number {
  return stepsDone === 0 ? 0 : epochAt(stepsDone - 1, batchesPerEpoch);
}

function isDue(count: number, every: number): boolean {
  return every > 0 && count % every === 0;
}
