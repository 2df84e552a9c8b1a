import type { BatchSource, JsonValue, TrainBatch } from '@t2i/core';
import { Rng } from '@t2i/core';

export interface MockBatchesOptions {
  readonly batchSize?: number;
  readonly batchesPerEpoch?: number;
  readonly imageSize?: number;
  readonly embeddingDim?: number;
  readonly seed?: number;
}

/** Seeded random batches for a `MockModel` with the mismatch 'text'; the state is the position of its randomness. */
export class MockBatches implements BatchSource {
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
  readonly #imageSize: number;
  readonly #embeddingDim: number;
  readonly #rng: Rng;
  closed = false;

  constructor({
    batchSize = 4,
    batchesPerEpoch = 5,
    imageSize = 8,
    embeddingDim = 8,
    seed = 1,
  }: MockBatchesOptions = {}) {
    this.batchSize = batchSize;
    this.batchesPerEpoch = batchesPerEpoch;
    this.#imageSize = imageSize;
    this.#embeddingDim = embeddingDim;
    this.#rng = new Rng(seed);
  }

  async next(): Promise<TrainBatch> {
    const n = this.batchSize;
    const side = this.#imageSize;
    const dim = this.#embeddingDim;
    const embeddings = () => ({ data: this.#rng.normal(n * dim), shape: [n, dim] as const });
    const pixels = this.#rng.normal(n * side * side * 3).map(Math.tanh);
    return {
      images: { data: pixels, shape: [n, side, side, 3] },
      embeddings: embeddings(),
      wrongEmbeddings: embeddings(),
    };
  }

  state(): JsonValue {
    return this.#rng.getState();
  }

  load(state: JsonValue): void {
    this.#rng.setState(state as [number, number, number, number]);
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
