/** Drawing with a generator's network: noise and sentences in, pixels out, a bounded number of rows at once. */

import { assertShape, type EmbeddingBatch, type ImageBatch } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { toEmbeddings } from './batch.ts';
import type { GeneratorConfig } from './config.ts';

/** Images drawn at once: bounds the memory. */
const ROWS_AT_ONCE = 64;

/** Images of `network`, which `buildGenerator` made, by its running statistics. */
export async function drawImages(
  network: tfl.LayersModel,
  config: GeneratorConfig,
  { embeddings, noise }: { readonly embeddings: EmbeddingBatch; readonly noise: Float32Array },
): Promise<ImageBatch> {
  const { imageSize, noiseDim } = config;
  const [rows, dim] = embeddings.shape;
  assertShape('noise', noise, [rows, noiseDim]);
  const shape = [rows, imageSize, imageSize, 3] as const;
  const data = new Float32Array(rows * imageSize ** 2 * 3);
  for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
    const n = Math.min(ROWS_AT_ONCE, rows - from);
    const part = { data: embeddings.data.subarray(from * dim, (from + n) * dim), shape: [n, dim] as const };
    const images = tf.tidy(() => {
      const z = tf.tensor2d(noise.subarray(from * noiseDim, (from + n) * noiseDim), [n, noiseDim]);
      return network.apply([z, toEmbeddings(part, n, config)]) as tf.Tensor;
    });
    data.set(await images.data(), from * imageSize ** 2 * 3);
    images.dispose();
  }
  return { data, shape };
}
