/** A model and minibatches small enough for a test. */

import { type EmbeddingBatch, type ImageBatch, Rng, type TrainBatch } from '@t2i/core';
import { type GanClsOverrides, resolveConfig } from '../config.ts';
import { GanCls } from '../gan-cls.ts';

export const SMALL: GanClsOverrides = {
  imageSize: 32,
  embeddingDim: 6,
  projectedDim: 4,
  noiseDim: 5,
  generatorFilters: 2,
  discriminatorFilters: 2,
  residual: false,
};

export function smallModel(overrides: GanClsOverrides = {}, seed = 1): GanCls {
  return new GanCls(resolveConfig({ ...SMALL, ...overrides }), new Rng(seed));
}

export function randomEmbeddings(rng: Rng, rows: number, dim = 6): EmbeddingBatch {
  return { data: rng.normal(rows * dim), shape: [rows, dim] };
}

export function randomImages(rng: Rng, rows: number, side = 32): ImageBatch {
  return { data: rng.normal(rows * side * side * 3).map(Math.tanh), shape: [rows, side, side, 3] };
}

/** A minibatch with both kinds of mismatching partners. */
export function randomBatch(seed: number, rows = 4): TrainBatch {
  const rng = new Rng(seed);
  return {
    images: randomImages(rng, rows),
    embeddings: randomEmbeddings(rng, rows),
    wrongEmbeddings: randomEmbeddings(rng, rows),
    wrongImages: randomImages(rng, rows),
  };
}
