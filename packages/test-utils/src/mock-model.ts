import type {
  GenerateInput,
  ImageBatch,
  Mismatch,
  StateDict,
  StepScalars,
  TrainableModel,
  TrainBatch,
  TrainStepOptions,
} from '@t2i/core';
import { assertCall, CheckpointError, float32Tensor } from '@t2i/core';

/**
 * A model of one number that moves with everything a step is given (pixels, embeddings, noise, learning rate),
 * so that two runs end in the same state only if they saw exactly the same stream.
 */
export class MockModel implements TrainableModel {
  readonly specificationVersion = 'v1';
  readonly imageSize: number;
  readonly noiseDim = 4;
  readonly embeddingDim: number;
  readonly maxImagesPerCall: number;
  readonly mismatch: Mismatch;
  readonly config;
  weight = 0;
  steps = 0;
  /** Set to make every later step report this loss. */
  forcedLoss: number | undefined;
  disposed = false;

  constructor({ imageSize = 8, embeddingDim = 8, maxImagesPerCall = 64, mismatch = 'text' as Mismatch } = {}) {
    this.imageSize = imageSize;
    this.embeddingDim = embeddingDim;
    this.maxImagesPerCall = maxImagesPerCall;
    this.mismatch = mismatch;
    this.config = { model: 'mock', imageSize, embeddingDim };
  }

  async generate(input: GenerateInput): Promise<ImageBatch> {
    assertCall(this, input);
    const [n] = input.embeddings.shape;
    const length = this.imageSize * this.imageSize * 3;
    const data = new Float32Array(n * length);
    for (let i = 0; i < n; i++) {
      const level = Math.tanh(
        this.weight + input.noise[i * this.noiseDim]! + input.embeddings.data[i * this.embeddingDim]!,
      );
      data.fill(level, i * length, (i + 1) * length);
    }
    return { data, shape: [n, this.imageSize, this.imageSize, 3] };
  }

  async step(batch: TrainBatch, { learningRate, rng }: TrainStepOptions): Promise<StepScalars> {
    const mean = (x: Float32Array) => x.reduce((sum, v) => sum + v, 0) / x.length;
    const noise = mean(rng.normal(this.noiseDim));
    const wrong = batch.wrongEmbeddings?.data ?? batch.wrongImages?.data ?? new Float32Array(1);
    const signal = mean(batch.images.data) + mean(batch.embeddings.data) - mean(wrong) + noise;
    this.weight = Math.fround(this.weight + learningRate * (signal - this.weight));
    this.steps += 1;
    const loss = this.forcedLoss ?? Math.abs(signal);
    return { 'loss/discriminator': loss, 'loss/generator': Math.abs(this.weight), 'score/real': 0.5 };
  }

  async state(): Promise<StateDict> {
    return { tensors: { weight: float32Tensor([2], Float32Array.of(this.weight, this.steps)) }, metadata: {} };
  }

  async load(state: StateDict): Promise<void> {
    const tensor = state.tensors.weight;
    if (tensor === undefined) throw new CheckpointError('The checkpoint has no tensor "weight".');
    [this.weight = 0, this.steps = 0] = tensor.data;
  }

  dispose(): void {
    this.disposed = true;
  }
}
