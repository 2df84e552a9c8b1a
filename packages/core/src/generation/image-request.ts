/** What to generate, image by image: the one form in which command line, server and browser ask for images. */

import type { GenerateInput, TextToImageModel } from '../model.ts';
import { assert } from '../shape.ts';
import { createNoiseSource } from './seeded-noise.ts';

/** One image to generate. Plain data: it crosses threads. */
export interface ImageRequest {
  readonly caption: string;
  /** Another caption, and how far towards it on the straight line between the two embeddings, 0 to 1. */
  readonly towards?: { readonly caption: string; readonly share: number };
  readonly seed: number;
  /** Which noise of the seed, from 0. */
  readonly index: number;
  /** The path of another noise of the seed: `index` then counts the noise near it (`createNoiseSource`). */
  readonly like?: readonly number[];
}

/** Images of captions. All captions share the same noise. */
export interface CaptionRequest {
  readonly captions: readonly string[];
  /** An integer of at most 53 bits. */
  readonly seed: number;
  /** Images for each caption; default 1. */
  readonly perCaption?: number;
  /** The path of a noise of the seed to stay near; default none. See `createNoiseSource`. */
  readonly like?: readonly number[];
}

/** All images of the first caption, then of the second, … The i-th image of each caption has the i-th noise. */
export function captionRequests({ captions, seed, perCaption = 1, like = [] }: CaptionRequest): ImageRequest[] {
  return captions.flatMap((caption) =>
    Array.from({ length: perCaption }, (_, index) => ({ caption, seed, index, ...(like.length > 0 && { like }) })),
  );
}

/** A walk from one caption to another. */
export interface InterpolationRequest {
  readonly from: string;
  readonly to: string;
  /** Its first noise is that of all images. */
  readonly seed: number;
  /** Images from end to end, both included; at least 2. */
  readonly steps: number;
}

/** `steps` images of one noise, from one caption to the other. */
export function interpolationRequests({ from, to, seed, steps }: InterpolationRequest): ImageRequest[] {
  assert(Number.isInteger(steps) && steps >= 2, `an interpolation needs at least 2 steps, got ${steps}`);
  return Array.from({ length: steps }, (_, step) => ({
    caption: from,
    towards: { caption: to, share: step / (steps - 1) },
    seed,
    index: 0,
  }));
}

/** Every caption that the requests name, once. */
export function captionsIn(requests: readonly ImageRequest[]): Set<string> {
  return new Set(
    requests.flatMap(({ caption, towards }) => (towards === undefined ? [caption] : [caption, towards.caption])),
  );
}

/**
 * The input of the model for the requests, row by row.
 * @param embeddings of every caption in `captionsIn(requests)`, `embeddingDim` numbers each
 */
export function inputFor(
  { embeddingDim, noiseDim }: Pick<TextToImageModel, 'embeddingDim' | 'noiseDim'>,
  requests: readonly ImageRequest[],
  embeddings: ReadonlyMap<string, Float32Array>,
): GenerateInput {
  const rows = requests.length;
  const data = new Float32Array(rows * embeddingDim);
  const noise = new Float32Array(rows * noiseDim);
  const noiseOf = createNoiseSource(noiseDim);
  requests.forEach(({ caption, towards, seed, index, like = [] }, row) => {
    const from = embeddings.get(caption)!;
    const mixed = towards === undefined ? from : mix(from, embeddings.get(towards.caption)!, towards.share);
    data.set(mixed, row * embeddingDim);
    noise.set(noiseOf(seed, [...like, index]), row * noiseDim);
  });
  return { embeddings: { data, shape: [rows, embeddingDim] }, noise };
}

function mix(from: Float32Array, to: Float32Array, share: number): Float32Array {
  return from.map((value, k) => (1 - share) * value + share * to[k]!);
}
