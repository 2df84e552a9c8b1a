/** From embeddings and noise to images, in calls of a size that the model accepts. */

import { EmbeddingDimensionError } from '../errors.ts';
import type { EmbeddingBatch, GenerateInput, ImageBatch, TextToImageModel } from '../model.ts';
import { assert, assertShape } from '../shape.ts';

export interface GenerateOptions {
  /** Lowers the model's own `maxImagesPerCall`: for less memory, or to stop sooner. */
  readonly maxImagesPerCall?: number | undefined;
  /** Stops between two calls. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Generates one image per row, in as many calls of the model as needed, one batch per call.
 * @throws EmbeddingDimensionError when the embeddings have another length than the model expects
 * @throws the signal's reason once it is aborted
 */
export async function* generateBatches(
  model: TextToImageModel,
  { embeddings, noise }: GenerateInput,
  { maxImagesPerCall = Number.POSITIVE_INFINITY, signal }: GenerateOptions = {},
): AsyncGenerator<ImageBatch, void, undefined> {
  const size = Math.min(maxImagesPerCall, model.maxImagesPerCall);
  assert(size >= 1, `a call holds at least one image, not ${size}`);
  assertInput(model, { embeddings, noise });
  const [rows, dim] = embeddings.shape;
  const { noiseDim } = model;
  for (let from = 0; from < rows; from += size) {
    signal?.throwIfAborted();
    const to = Math.min(rows, from + size);
    const batch = await model.generate({
      embeddings: { data: embeddings.data.subarray(from * dim, to * dim), shape: [to - from, dim] },
      noise: noise.subarray(from * noiseDim, to * noiseDim),
    });
    const [generated] = batch.shape;
    assert(generated === to - from, `the model generated ${generated} images for ${to - from} embeddings`);
    yield batch;
  }
}

/** All images of `generateBatches` as one batch. */
export async function generateImages(
  model: TextToImageModel,
  input: GenerateInput,
  options?: GenerateOptions,
): Promise<ImageBatch> {
  const [rows] = input.embeddings.shape;
  const { imageSize } = model;
  const shape = [rows, imageSize, imageSize, 3] as const;
  let data: Float32Array | undefined;
  let filled = 0;
  for await (const batch of generateBatches(model, input, options)) {
    if (batch.shape[0] === rows) return batch;
    data ??= new Float32Array(rows * imageSize ** 2 * 3);
    data.set(batch.data, filled);
    filled += batch.data.length;
  }
  return { data: data ?? new Float32Array(), shape };
}

/**
 * Checks the input of one call; every implementation of `TextToImageModel.generate` begins with it.
 * @throws EmbeddingDimensionError when the embeddings have another length than the model expects
 */
export function assertCall(model: Omit<TextToImageModel, 'generate' | 'dispose'>, input: GenerateInput): void {
  assertInput(model, input);
  const [rows] = input.embeddings.shape;
  const { maxImagesPerCall } = model;
  assert(rows <= maxImagesPerCall, `a call holds at most ${maxImagesPerCall} images, not ${rows}: use generateImages`);
}

function assertInput(
  model: Pick<TextToImageModel, 'embeddingDim' | 'noiseDim'>,
  { embeddings, noise }: GenerateInput,
): void {
  const [rows, dim] = embeddings.shape;
  assertEmbeddingDim(dim, model);
  assertShape('embedding batch', embeddings.data, embeddings.shape);
  assertShape('noise', noise, [rows, model.noiseDim]);
}

/** @throws EmbeddingDimensionError when `dim` is not what the model expects */
export function assertEmbeddingDim(dim: number, { embeddingDim }: Pick<TextToImageModel, 'embeddingDim'>): void {
  if (dim !== embeddingDim) throw new EmbeddingDimensionError(dim, embeddingDim);
}

/** Every caption with every noise: all noise vectors with the first embedding, then with the second, … */
export function captionNoiseGrid(
  { data, shape: [captions, dim] }: EmbeddingBatch,
  noise: Float32Array,
  noiseDim: number,
): GenerateInput {
  const columns = noise.length / noiseDim;
  assert(Number.isInteger(columns), `noise of ${noise.length} numbers has no whole rows of ${noiseDim}`);
  const rows = captions * columns;
  const embeddings = new Float32Array(rows * dim);
  const repeated = new Float32Array(rows * noiseDim);
  for (let caption = 0; caption < captions; caption++) {
    repeated.set(noise, caption * noise.length);
    const embedding = data.subarray(caption * dim, (caption + 1) * dim);
    for (let column = 0; column < columns; column++) embeddings.set(embedding, (caption * columns + column) * dim);
  }
  return { embeddings: { data: embeddings, shape: [rows, dim] }, noise: repeated };
}
