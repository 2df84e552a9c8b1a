/** Drawing with a generator's network: noise and captions in, pixels out, a bounded number of rows at once. */

import { assertShape, type EmbeddingBatch, type ImageBatch } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { toEmbeddings } from './batch.ts';
import type { GeneratorConfig } from './config.ts';

/** Images drawn at once: bounds the memory. */
const ROWS_AT_ONCE = 64;

interface DrawInput {
  readonly embeddings: EmbeddingBatch;
  readonly noise: Float32Array;
}

/** Images of `network`, which `buildGenerator` made, by its running statistics. */
export async function drawImages(
  network: tfl.LayersModel,
  config: GeneratorConfig,
  { embeddings, noise }: DrawInput,
): Promise<ImageBatch> {
  const { imageSize, noiseDim } = config;
  const [rows, dim] = embeddings.shape;
  assertShape('noise', noise, [rows, noiseDim]);
  const shape = [rows, imageSize, imageSize, 3] as const;
  if (rows <= ROWS_AT_ONCE) return { data: await drawRows(network, config, { embeddings, noise }), shape };
  const data = new Float32Array(rows * imageSize ** 2 * 3);
  for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
    const n = Math.min(ROWS_AT_ONCE, rows - from);
    const part = {
      embeddings: { data: embeddings.data.subarray(from * dim, (from + n) * dim), shape: [n, dim] as const },
      noise: noise.subarray(from * noiseDim, (from + n) * noiseDim),
    };
    data.set(await drawRows(network, config, part), from * imageSize ** 2 * 3);
  }
  return { data, shape };
}

async function drawRows(
  network: tfl.LayersModel,
  config: GeneratorConfig,
  { embeddings, noise }: DrawInput,
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
