/** A trained run, opened: sentences in, pictures out. */

import {
  type CaptionEncoder,
  CheckpointError,
  type ImageBatch,
  type Logger,
  Rng,
  type TextToImageModel,
} from '@t2i/core';
import { GanCls, generateFromCaptions, interpolateEmbeddings, interpolateNoise, seededNoise } from '@t2i/gan-cls';
import { type Checkpoint, loadLatestModelState } from '@t2i/trainer';
import { loadRunEncoder, type RunRecord, readRecord } from './run-record.ts';

/** What to draw. */
export interface DrawRequest {
  readonly captions: readonly string[];
  readonly seed: number;
  /** Pictures for each caption; default 1. */
  readonly perCaption?: number;
}

/** What an opened run was made of, and how far it had come. */
export interface OpenedRun {
  readonly record: RunRecord;
  readonly checkpoint: Pick<Checkpoint, 'path' | 'weights'> & Pick<Checkpoint['progress'], 'step' | 'epoch' | 'images'>;
}

/**
 * A model and the encoder it was trained with. The same request gives the same pixels on the same engine.
 * @example
 * const pipeline = await TextToImagePipeline.open('runs/flowers');
 * const images = await pipeline.generate({ captions: ['a pink flower with yellow petals'], seed: 7, perCaption: 8 });
 */
export class TextToImagePipeline {
  readonly model: TextToImageModel;
  readonly encoder: CaptionEncoder;
  /** Of a pipeline that `open` made. */
  readonly run: OpenedRun | undefined;

  /** @throws CheckpointError when the encoder is not of the model's embedding length */
  constructor(model: TextToImageModel, encoder: CaptionEncoder, run?: OpenedRun) {
    if (encoder.dim !== model.embeddingDim) {
      throw new CheckpointError(
        `The encoder ${encoder.id} gives ${encoder.dim} numbers, the model takes ${model.embeddingDim}.`,
        { hint: 'Use the encoder that the model was trained with.' },
      );
    }
    this.model = model;
    this.encoder = encoder;
    this.run = run;
  }

  /**
   * Opens a run with its newest whole checkpoint and the encoder it was trained with.
   * @throws CheckpointError when either is missing or damaged: never random weights
   */
  static async open(runDirectory: string, logger?: Logger): Promise<TextToImagePipeline> {
    const record = await readRecord(runDirectory);
    const encoder = await loadRunEncoder(runDirectory, record, logger);
    const { state, path, weights, progress } = await loadLatestModelState(runDirectory, logger);
    const model = new GanCls({ ...record.config.model, embeddingDim: encoder.dim }, new Rng(0));
    try {
      await model.load(state);
    } catch (error) {
      model.dispose();
      throw error;
    }
    const { step, epoch, images } = progress;
    return new TextToImagePipeline(model, encoder, { record, checkpoint: { path, weights, step, epoch, images } });
  }

  /** Rows: all pictures of the first caption, then of the second, … The i-th picture of each has the i-th noise of the seed. */
  generate(request: DrawRequest): Promise<ImageBatch> {
    return generateFromCaptions({ model: this.model, encoder: this.encoder, ...request });
  }

  /** `steps` pictures of one noise on the way from one sentence to another (the paper's figure 8, left). */
  async interpolateSentences(from: string, to: string, options: { seed: number; steps: number }): Promise<ImageBatch> {
    const { data } = await this.encoder.encode([from, to]);
    const { dim } = this.encoder;
    const embeddings = interpolateEmbeddings(data.subarray(0, dim), data.subarray(dim), options.steps);
    const noise = repeat(seededNoise(options.seed, 1, this.model.noiseDim), options.steps);
    return this.model.generate({ embeddings, noise });
  }

  /** `steps` pictures of one sentence on the way from the noise of one seed to that of another (the paper's figure 8, right). */
  async interpolateNoise(
    caption: string,
    options: { fromSeed: number; toSeed: number; steps: number },
  ): Promise<ImageBatch> {
    const { noiseDim } = this.model;
    const ends = [options.fromSeed, options.toSeed].map((seed) => seededNoise(seed, 1, noiseDim));
    const noise = interpolateNoise(ends[0]!, ends[1]!, options.steps);
    const { data, shape } = await this.encoder.encode([caption]);
    const embeddings = { data: repeat(data, options.steps), shape: [options.steps, shape[1]] as const };
    return this.model.generate({ embeddings, noise });
  }

  dispose(): void {
    this.model.dispose();
  }
}

function repeat(row: Float32Array, times: number): Float32Array {
  const rows = new Float32Array(row.length * times);
  for (let i = 0; i < times; i++) rows.set(row, i * row.length);
  return rows;
}
