/** A model and its encoder: captions in, images out. */

import { type CaptionEncoder, CheckpointError, type ImageBatch, type TextToImageModel } from '@t2i/core';
import { generateFromCaptions, interpolateEmbeddings, interpolateNoise, seededNoise } from '@t2i/gan-cls';

/** What to draw. */
export interface DrawRequest {
  readonly captions: readonly string[];
  readonly seed: number;
  /** Images for each caption; default 1. */
  readonly perCaption?: number;
}

/** The same request gives the same pixels on the same backend. */
export class TextToImage {
  readonly model: TextToImageModel;
  readonly encoder: CaptionEncoder;

  /** @throws CheckpointError when the encoder is not of the model's embedding length */
  constructor(model: TextToImageModel, encoder: CaptionEncoder) {
    if (encoder.dim !== model.embeddingDim) {
      throw new CheckpointError(
        `The encoder ${encoder.id} gives ${encoder.dim} numbers, the model takes ${model.embeddingDim}.`,
        { hint: 'Use the encoder that the model was trained with.' },
      );
    }
    this.model = model;
    this.encoder = encoder;
  }

  /** Rows: all images of the first caption, then of the second, … The i-th image of each has the i-th noise of the seed. */
  generate(request: DrawRequest): Promise<ImageBatch> {
    return generateFromCaptions({ model: this.model, encoder: this.encoder, ...request });
  }

  /** `steps` images of one noise on the way from one caption to another (the paper's figure 8, left). */
  async interpolateCaptions(from: string, to: string, options: { seed: number; steps: number }): Promise<ImageBatch> {
    const { data } = await this.encoder.encode([from, to]);
    const { dim } = this.encoder;
    const embeddings = interpolateEmbeddings(data.subarray(0, dim), data.subarray(dim), options.steps);
    const noise = repeat(seededNoise(options.seed, 1, this.model.noiseDim), options.steps);
    return this.model.generate({ embeddings, noise });
  }

  /** `steps` images of one caption on the way from the noise of one seed to that of another (the paper's figure 8, right). */
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

  /** Frees what model and encoder hold on the backend. */
  dispose(): void {
    this.model.dispose();
    this.encoder.dispose?.();
  }
}

function repeat(row: Float32Array, times: number): Float32Array {
  const rows = new Float32Array(row.length * times);
  for (let i = 0; i < times; i++) rows.set(row, i * row.length);
  return rows;
}
