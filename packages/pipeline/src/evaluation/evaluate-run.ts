/** Evaluates the newest checkpoint of a run. */

import { ConfigError, type Logger, Rng } from '@t2i/core';
import { GanCls, GanClsGenerator, generatorState } from '@t2i/gan-cls';
import { resizeBicubic } from '@t2i/image-node';
import type { SavableEncoder } from '@t2i/text-encoder';
import { readCheckpoint } from '@t2i/trainer';
import { isTrainedWithImages, normalisesImages } from '../encoder-training/compared-with.ts';
import { requireRun, TextToImagePipeline } from '../pipeline.ts';
import { assertSameData, loadRunEncoder, type RunRecord } from '../run-record.ts';
import { type EvaluateOptions, type Evaluation, evaluateModel, type Judge } from './evaluate-model.ts';
import { type EvaluationReport, leftOutLines } from './evaluation-report.ts';

export interface EvaluateRunOptions
  extends Omit<
    EvaluateOptions,
    'model' | 'untrained' | 'unaveraged' | 'encoder' | 'judge' | 'resize' | 'captionsPerImage'
  > {
  readonly runDirectory: string;
  /** An encoder that was trained with the features; default the run's own, if it was. */
  readonly judge?: SavableEncoder | undefined;
  readonly logger?: Logger | undefined;
}

export interface RunEvaluation extends Evaluation {
  readonly report: EvaluationReport & {
    readonly run: { readonly epoch: number; readonly step: number; readonly imagesShown: number };
  };
}

/**
 * @throws CheckpointError when the directory holds no run with a whole checkpoint, or the data are not those it was trained on
 * @throws ConfigError when judge, features and weights do not belong together
 */
export async function evaluateRun(options: EvaluateRunOptions): Promise<RunEvaluation> {
  const { runDirectory, features, dataset, logger } = options;
  const pipeline = await TextToImagePipeline.open(runDirectory, logger);
  try {
    const { record, checkpoint } = requireRun(pipeline, runDirectory);
    assertSameData(record, dataset);
    const own = await loadRunEncoder(runDirectory, record);
    const judge = judgeFor(options.judge, own, features, logger);
    const untrained = untrainedModel(record);
    const unaveraged = await unaveragedModel(record, checkpoint.path);
    try {
      const { model, encoder } = pipeline;
      const evaluation = await evaluateModel({
        ...options,
        ...{ model, untrained, unaveraged, encoder, judge, resize: resizeBicubic },
        captionsPerImage: record.config.batches.captionsPerImage,
      });
      for (const line of leftOutLines(evaluation.report)) logger?.warn(line);
      const { epoch, step, images: imagesShown } = checkpoint;
      return { ...evaluation, report: { ...evaluation.report, run: { epoch, step, imagesShown } } };
    } finally {
      untrained.dispose();
      unaveraged?.dispose();
      own.dispose?.();
    }
  } finally {
    pipeline.dispose();
  }
}

/** The run's networks as they were before its first step. */
function untrainedModel({ config, encoder }: RunRecord): GanCls {
  return new GanCls({ ...config.model, embeddingDim: encoder.dim }, new Rng(config.seed).fork());
}

/** What the run would draw with, did it average no weights; nothing where it does not. */
async function unaveragedModel({ config, encoder }: RunRecord, checkpoint: string) {
  if (config.model.emaHalfLife === 0) return undefined;
  const { state } = await readCheckpoint(checkpoint);
  const own = generatorState(state, { averaged: false });
  return GanClsGenerator.fromWeights({ ...config.model, embeddingDim: encoder.dim }, own);
}

function judgeFor(
  given: SavableEncoder | undefined,
  own: SavableEncoder,
  features: EvaluateOptions['features'],
  logger: Logger | undefined,
): Judge | undefined {
  if (given !== undefined && !isTrainedWithImages(given)) {
    throw new ConfigError(`The encoder ${given.id} was not trained with images, so it cannot judge them.`, {
      hint: 'Give one that `t2i encoder train` has made.',
    });
  }
  const encoder = given ?? own;
  if (!isTrainedWithImages(encoder)) {
    logger?.warn(
      `The run's encoder ${own.id} knows no images: whether images fit their captions is left out. Give --encoder`,
    );
    return undefined;
  }
  return { name: encoder.kind, encoder, unitLength: normalisesImages(encoder, features) };
}
