/** Evaluates the newest checkpoint of a run. */

import { ConfigError, type Logger, Rng, type TextToImageModel, type TrainableModel } from '@t2i/core';
import { resizeBicubic } from '@t2i/image-node';
import type { SavableEncoder } from '@t2i/text-encoder';
import { readCheckpoint } from '@t2i/trainer';
import { isTrainedWithImages, normalisesImages } from '../encoder-training/compared-with.ts';
import { kindOf } from '../model-settings.ts';
import { requireRun, TextToImagePipeline } from '../pipeline.ts';
import { assertSameData, loadRunEncoder, type RunRecord } from '../run-record.ts';
import { type EvaluateOptions, type Evaluation, evaluateModel, type RetrievalEncoder } from './evaluate-model.ts';
import { type EvaluationReport, leftOutLines } from './evaluation-report.ts';

export interface EvaluateRunOptions
  extends Omit<
    EvaluateOptions,
    'model' | 'untrained' | 'unaveraged' | 'encoder' | 'retrievalEncoder' | 'resize' | 'captionsPerImage'
  > {
  readonly runDirectory: string;
  /** An encoder that was trained with the features; default the run's own, if it was. */
  readonly retrievalEncoder?: SavableEncoder | undefined;
  readonly logger?: Logger | undefined;
}

export interface RunEvaluation extends Evaluation {
  readonly report: EvaluationReport & {
    readonly run: { readonly epoch: number; readonly step: number; readonly imagesShown: number };
  };
}

/**
 * @throws CheckpointError when the directory holds no run with a whole checkpoint, or the data are not those it was trained on
 * @throws ConfigError when retrieval encoder, features and weights do not belong together
 */
export async function evaluateRun(options: EvaluateRunOptions): Promise<RunEvaluation> {
  const { runDirectory, features, dataset, logger } = options;
  const pipeline = await TextToImagePipeline.open(runDirectory, logger);
  try {
    const { record, checkpoint } = requireRun(pipeline, runDirectory);
    assertSameData(runDirectory, record, dataset);
    const own = await loadRunEncoder(runDirectory, record);
    const retrievalEncoder = retrievalEncoderFor(options.retrievalEncoder, own, features, logger);
    const untrained = untrainedModel(record);
    const unaveraged = await unaveragedModel(record, checkpoint.path);
    try {
      const { model, encoder } = pipeline;
      const evaluation = await evaluateModel({
        ...options,
        ...{ model, untrained, unaveraged, encoder, retrievalEncoder, resize: resizeBicubic },
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
function untrainedModel({ config, encoder }: RunRecord): TrainableModel {
  const { model, seed } = config;
  return kindOf(model).create({ ...model, embeddingDim: encoder.dim }, new Rng(seed).fork());
}

/** The model with its last weights instead of their moving average; undefined where it keeps none. */
async function unaveragedModel({ config, encoder }: RunRecord, path: string): Promise<TextToImageModel | undefined> {
  const { model } = config;
  const { state } = await readCheckpoint(path);
  return kindOf(model).openUnaveraged({ ...model, embeddingDim: encoder.dim }, state);
}

function retrievalEncoderFor(
  given: SavableEncoder | undefined,
  own: SavableEncoder,
  features: EvaluateOptions['features'],
  logger: Logger | undefined,
): RetrievalEncoder | undefined {
  if (given !== undefined && !isTrainedWithImages(given)) {
    throw new ConfigError(
      `The encoder ${given.id} was not trained with images, so it cannot compare captions with them.`,
      {
        hint: 'Give an encoder from `t2i encoder train`.',
      },
    );
  }
  const encoder = given ?? own;
  if (!isTrainedWithImages(encoder)) {
    logger?.warn(
      `The run's encoder ${own.id} was not trained with images, so the metrics that compare images with captions are left out. Give --encoder`,
    );
    return undefined;
  }
  return { name: encoder.kind, encoder, unitLength: normalisesImages(encoder, features) };
}
