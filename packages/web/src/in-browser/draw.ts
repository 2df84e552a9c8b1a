/** From requests to pixels, a few rows at a time, so that an image that nobody wants any more can be given up. */

import {
  type CaptionEncoder,
  createNoises,
  type EmbeddingBatch,
  normaliseCaption,
  type RgbImage,
  type TextToImageModel,
  toRgbImages,
} from '@t2i/core';
import { interpolateEmbeddings } from '@t2i/gan-cls';
import type { GenerateRequest, InterpolateRequest } from '../image-source.ts';

/** Images drawn between two looks for messages. */
const ROWS_AT_ONCE = 8;

/** What the generator is given: row by row, a caption and a noise. */
export interface Rows {
  readonly embeddings: EmbeddingBatch;
  readonly noise: Float32Array;
}

interface Drawer {
  readonly model: TextToImageModel;
  readonly encoder: CaptionEncoder;
}

/** One caption, and the noises of a seed or those near to one of them. */
export async function rowsToGenerate(
  { model, encoder }: Drawer,
  { caption, seed, count, like = [] }: Omit<GenerateRequest, 'model'>,
): Promise<Rows> {
  const { data, shape } = await encoder.encode([normaliseCaption(caption)]);
  const noises = createNoises(model.noiseDim);
  const noise = rows(count, model.noiseDim, (i) => noises(seed, [...like, i]));
  return { embeddings: { data: rows(count, shape[1], () => data), shape: [count, shape[1]] }, noise };
}

/** The way from one caption to another, and the first noise of a seed. */
export async function rowsToInterpolate(
  { model, encoder }: Drawer,
  { from, to, seed, steps }: Omit<InterpolateRequest, 'model'>,
): Promise<Rows> {
  const { data } = await encoder.encode([from, to].map(normaliseCaption));
  const embeddings = interpolateEmbeddings(data.subarray(0, encoder.dim), data.subarray(encoder.dim), steps);
  const first = createNoises(model.noiseDim)(seed, [0]);
  return { embeddings, noise: rows(steps, model.noiseDim, () => first) };
}

function rows(count: number, length: number, row: (i: number) => Float32Array): Float32Array {
  const all = new Float32Array(count * length);
  for (let i = 0; i < count; i++) all.set(row(i), i * length);
  return all;
}

/** Draws all rows. Rejects with the signal's reason once it is aborted. */
export async function drawRows(
  model: TextToImageModel,
  { embeddings, noise }: Rows,
  signal: AbortSignal,
): Promise<RgbImage[]> {
  const [count, dim] = embeddings.shape;
  const images: RgbImage[] = [];
  for (let from = 0; from < count; from += ROWS_AT_ONCE) {
    await messages();
    signal.throwIfAborted();
    const to = Math.min(count, from + ROWS_AT_ONCE);
    const part = { data: embeddings.data.subarray(from * dim, to * dim), shape: [to - from, dim] as const };
    const batch = { embeddings: part, noise: noise.subarray(from * model.noiseDim, to * model.noiseDim) };
    images.push(...toRgbImages(await model.generate(batch)));
  }
  return images;
}

/** Lets messages that wait be heard: the wasm backend computes without ever giving way. */
function messages(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
