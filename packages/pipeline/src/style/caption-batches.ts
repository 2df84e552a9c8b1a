/** Endless embedded captions for the images that a style encoder trains on. */

import {
  type BatchSource,
  type CaptionEncoder,
  CheckpointError,
  type EmbeddingBatch,
  type JsonValue,
  type Rng,
  type RngState,
  type TextImageDataset,
} from '@t2i/core';
import { PairSampler, type PairSamplerOptions } from '@t2i/dataset';

export interface CaptionBatchesOptions extends Pick<PairSamplerOptions, 'captionsPerImage' | 'sampling'> {
  readonly dataset: TextImageDataset;
  readonly encoder: CaptionEncoder;
  readonly batchSize: number;
  readonly rng: Rng;
}

/** Captions of the training classes, sampled as in the training of the GAN; one each, as a person writes. */
export class CaptionBatches implements BatchSource<EmbeddingBatch> {
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
  readonly #encoder: CaptionEncoder;
  readonly #sampler: PairSampler;

  constructor({ dataset, encoder, batchSize, rng, ...sampling }: CaptionBatchesOptions) {
    this.#encoder = encoder;
    this.#sampler = new PairSampler(dataset, rng, sampling);
    this.batchSize = batchSize;
    this.batchesPerEpoch = Math.ceil(this.#sampler.size / batchSize);
  }

  next(): Promise<EmbeddingBatch> {
    return this.#encoder.encode(Array.from({ length: this.batchSize }, () => this.#sampler.next().captions[0]!));
  }

  state(): JsonValue {
    return [...this.#sampler.state()];
  }

  load(state: JsonValue): void {
    if (!Array.isArray(state) || state.length !== 4 || !state.every(Number.isInteger)) {
      throw new CheckpointError('The saved position in the captions is not one.');
    }
    this.#sampler.load(state as unknown as RngState);
  }

  async close(): Promise<void> {}
}
