/** Walks through noise and captions, and images for captions (the paper, section 5.3: caption and noise interpolation). */

import {
  assert,
  type CaptionEncoder,
  ConfigError,
  type EmbeddingBatch,
  type ImageBatch,
  Rng,
  type TextToImageModel,
} from '@t2i/core';

/**
 * `steps` embeddings on the straight line from one caption to another, both included.
 * @param steps at least 2
 */
export function interpolateEmbeddings(from: Float32Array, to: Float32Array, steps: number): EmbeddingBatch {
  return { data: walk(from, to, steps, lerp), shape: [steps, from.length] };
}

/**
 * `steps` noise vectors from one to another, both included, row by row.
 * 'spherical' keeps to lengths that N(0, 1) draws have; the straight line of 'linear' passes nearer to the origin.
 * @param steps at least 2
 */
export function interpolateNoise(
  from: Float32Array,
  to: Float32Array,
  steps: number,
  path: 'spherical' | 'linear' = 'spherical',
): Float32Array {
  return walk(from, to, steps, path === 'spherical' ? slerp(from, to) : lerp);
}

/** Weights of the two ends, `t` of the way from one to the other. */
type Weights = (t: number) => readonly [from: number, to: number];

const lerp: Weights = (t) => [1 - t, t];

/** Shoemake 1985: constant angular speed along the great arc. Nearly parallel ends take the straight line. */
function slerp(from: Float32Array, to: Float32Array): Weights {
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const cosine = dot(from, to) / Math.sqrt(dot(from, from) * dot(to, to));
  const angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
  const sine = Math.sin(angle);
  if (!(sine > 1e-6)) return lerp;
  return (t) => [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
}

function walk(from: Float32Array, to: Float32Array, steps: number, weights: Weights): Float32Array {
  assert(from.length === to.length, `the ends have ${from.length} and ${to.length} numbers`);
  assert(Number.isInteger(steps) && steps >= 2, `a walk needs at least 2 steps, got ${steps}`);
  const rows = new Float32Array(steps * from.length);
  for (let step = 0; step < steps; step++) {
    const [a, b] = weights(step / (steps - 1));
    for (let k = 0; k < from.length; k++) rows[step * from.length + k] = a * from[k]! + b * to[k]!;
  }
  return rows;
}

/** `count` noise vectors of a seed, row by row. The i-th is the same however many are drawn. */
export function seededNoise(seed: number, count: number, noiseDim: number): Float32Array {
  const rng = new Rng(seed);
  const rows = new Float32Array(count * noiseDim);
  for (let i = 0; i < count; i++) rows.set(rng.normal(noiseDim), i * noiseDim);
  return rows;
}

/** What to draw. */
export interface CaptionRequest {
  readonly model: TextToImageModel;
  readonly encoder: CaptionEncoder;
  readonly captions: readonly string[];
  readonly seed: number;
  /** Images for each caption. */
  readonly perCaption?: number;
}

/**
 * Images for captions, `perCaption` rows for the first, then for the second, ….
 * The i-th image of every caption has the i-th noise of the seed, so columns share a style and rows a content,
 * and an image does not depend on what else is drawn.
 * @example
 * const images = await generateFromCaptions({ model, encoder, captions: ['a pink flower'], seed: 7, perCaption: 8 });
 * @throws ConfigError when the encoder is not of the model's embedding length
 */
export async function generateFromCaptions(request: CaptionRequest): Promise<ImageBatch> {
  const { model, encoder, captions, seed, perCaption = 1 } = request;
  if (encoder.dim !== model.embeddingDim) {
    throw new ConfigError(
      `The encoder ${encoder.id} gives ${encoder.dim} numbers, the model takes ${model.embeddingDim}.`,
      {
        hint: 'Use the text encoder that the model was trained with.',
      },
    );
  }
  const embeddings = await encoder.encode(captions);
  return model.generate(everyPair(embeddings, seededNoise(seed, perCaption, model.noiseDim), model.noiseDim));
}

/** What a model takes to draw each caption with each noise: all noises of the first caption, then of the second, … */
export function everyPair(
  { data, shape: [captions, dim] }: EmbeddingBatch,
  noises: Float32Array,
  noiseDim: number,
): { readonly embeddings: EmbeddingBatch; readonly noise: Float32Array } {
  const columns = noises.length / noiseDim;
  const rows = captions * columns;
  const embeddings = new Float32Array(rows * dim);
  const noise = new Float32Array(rows * noiseDim);
  for (let caption = 0; caption < captions; caption++) {
    noise.set(noises, caption * noises.length);
    const phi = data.subarray(caption * dim, (caption + 1) * dim);
    for (let column = 0; column < columns; column++) embeddings.set(phi, (caption * columns + column) * dim);
  }
  return { embeddings: { data: embeddings, shape: [rows, dim] }, noise };
}
