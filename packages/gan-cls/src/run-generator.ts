/** Runs a generator's network: noise and embeddings in, pixels out. */

import { assertCall, type GenerateInput, type ImageBatch, type TextToImageModel } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** Bounds the memory of a call. */
export const MAX_IMAGES_PER_CALL = 64;

/**
 * The images of one call, normalised by the network's running statistics.
 * @param network from `buildGenerator`
 * @param model whose network it is
 */
export async function runGenerator(
  network: tfl.LayersModel,
  model: TextToImageModel,
  input: GenerateInput,
): Promise<ImageBatch> {
  assertCall(model, input);
  const { imageSize, noiseDim, embeddingDim } = model;
  const [rows] = input.embeddings.shape;
  const images = tf.tidy(() => {
    const noise = tf.tensor2d(input.noise, [rows, noiseDim]);
    const embeddings = tf.tensor2d(input.embeddings.data, [rows, embeddingDim]);
    return network.apply([noise, embeddings]) as tf.Tensor;
  });
  try {
    return { data: (await images.data()) as Float32Array, shape: [rows, imageSize, imageSize, 3] };
  } finally {
    images.dispose();
  }
}
