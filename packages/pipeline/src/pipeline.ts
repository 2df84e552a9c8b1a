/** A trained run or a published model, opened from its directory: captions in, images out. */

import { type CaptionEncoder, CheckpointError, type Logger, type TextToImageModel } from '@t2i/core';
import { type ModelManifest, TextToImage } from '@t2i/published-model';
import { openModelDirectory } from '@t2i/published-model/node';
import { withCompletion } from '@t2i/text-encoder';
import { type Checkpoint, loadLatestModelState } from '@t2i/trainer';
import { kindOf } from './model-settings.ts';
import { openDirectory } from './open-directory.ts';
import { loadRunEncoder, type RunRecord, textToImageRun } from './run-record.ts';

/** The record of an opened run, and its progress. */
export interface OpenedRun {
  readonly record: RunRecord;
  readonly checkpoint: Pick<Checkpoint, 'path' | 'weights'> & Pick<Checkpoint['progress'], 'step' | 'epoch' | 'images'>;
}

/** The origin of an opened pipeline: one of the two. */
export interface Opened {
  readonly run?: OpenedRun;
  readonly published?: ModelManifest;
}

/**
 * A model and the encoder it was trained with. The same request gives the same pixels on the same backend.
 * @example
 * const pipeline = await TextToImagePipeline.open('runs/flowers');
 * const images = await pipeline.generate({ captions: ['a pink flower with yellow petals'], seed: 7, perCaption: 8 });
 */
export class TextToImagePipeline extends TextToImage {
  /** Of a pipeline that was opened from a run. */
  readonly run: OpenedRun | undefined;
  /** Of a pipeline that was opened from a published model. */
  readonly published: ModelManifest | undefined;

  /** @throws EmbeddingDimensionError when the model expects embeddings of another length */
  constructor(model: TextToImageModel, encoder: CaptionEncoder, { run, published }: Opened = {}) {
    super(model, encoder);
    this.run = run;
    this.published = published;
  }

  /** Images shown in training up to these weights; undefined for a pipeline that was not opened. */
  get imagesShown(): number | undefined {
    return this.run?.checkpoint.images ?? this.published?.facts.imagesShown;
  }

  /**
   * Opens a run with its newest whole checkpoint and the encoder it was trained with, or what `exportRun` made of one.
   * @throws CheckpointError when a part is missing or damaged: never random weights
   */
  static async open(directory: string, logger?: Logger): Promise<TextToImagePipeline> {
    switch ((await openDirectory(directory)).holds) {
      case 'run':
        return openRun(directory, logger);
      case 'published-model': {
        const { model, encoder, manifest } = await openModelDirectory(directory, logger);
        return new TextToImagePipeline(model, encoder, { published: manifest });
      }
      case 'encoder':
        throw new CheckpointError(`${directory} holds a text encoder, not a text-to-image model.`, {
          hint: 'Give the directory of a run or of a published model.',
        });
    }
  }
}

async function openRun(directory: string, logger: Logger | undefined): Promise<TextToImagePipeline> {
  const record = await textToImageRun.read(directory);
  const encoder = await loadRunEncoder(directory, record, logger);
  const { state, path, weights, progress } = await loadLatestModelState(directory, logger);
  const settings = record.config.model;
  const model = await kindOf(settings).open({ ...settings, embeddingDim: encoder.dim }, state);
  const { step, epoch, images } = progress;
  return new TextToImagePipeline(model, withCompletion(encoder, record.config.completion), {
    run: { record, checkpoint: { path, weights, step, epoch, images } },
  });
}

/** @throws CheckpointError when the pipeline is a published model, which does not record its training */
export function requireRun({ run }: TextToImagePipeline, directory: string): OpenedRun {
  if (run !== undefined) return run;
  throw new CheckpointError(`${directory} is a published model, which does not record its training.`, {
    hint: 'Give the directory of the run.',
  });
}
