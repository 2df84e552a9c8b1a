/** Runs a generator's network: noise and embeddings in, pixels out, a bounded number of rows at a time. */

import { assertShape, type EmbeddingBatch, type ImageBatch } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { toEmbeddings } from './batch.ts';
import type { GeneratorConfig } from './config.ts';

/** Images per pass: bounds the memory. */
const ROWS_AT_ONCE = 64;

interface GeneratorInput {
  readonly embeddings: EmbeddingBatch;
  readonly noise: Float32Array;
}

/** Images of a network made by `buildGenerator`, normalised by its running statistics. */
export async function generateImages(
  network: tfl.LayersModel,
  config: GeneratorConfig,
  { embeddings, noise }: GeneratorInput,
): Promise<ImageBatch> {
  const { imageSize, noiseDim } = config;
  const [rows, dim] = embeddings.shape;
  assertShape('noise', noise, [rows, noiseDim]);
  const shape = [rows, imageSize, imageSize, 3] as const;
  if (rows <= ROWS_AT_ONCE) return { data: await generateRows(network, config, { embeddings, noise }), shape };
  const data = new Float32Array(rows * imageSize ** 2 * 3);
  for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
    const n = Math.min(ROWS_AT_ONCE, rows - from);
    const part = {
      embeddings: { data: embeddings.data.subarray(from * dim, (from + n) * dim), shape: [n, dim] as const },
      noise: noise.subarray(from * noiseDim, (from + n) * noiseDim),
    };
    data.set(await generateRows(network, config, part), from * imageSize ** 2 * 3);
  }
  return { data, shape };
}

async function generateRows(
  network: tfl.LayersModel,
  config: GeneratorConfig,
  { embeddings, noise }: GeneratorInput,
): Promise<Float32Array> {
  const [rows] = embeddings.shape;
  const images = tf.tidy(() => {
    const z = tf.tensor2d(noise, [rows, config.noiseDim]);
    return network.apply([z, toEmbeddings(embeddings, rows, config)]) as tf.Tensor;
  });
  try {
    return (await images.data()) as Float32Array;
  } finally {
    images.dispose();
  }
}
