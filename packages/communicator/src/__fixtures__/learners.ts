/** What the ranks of the tests train: alone in a process, or as one of several that exchange their gradients. */

import '@tensorflow/tfjs-backend-cpu';
import { Rng, type StateDict, type TrainBatch } from '@t2i/core';
import { GanCls, resolveConfig } from '@t2i/gan-cls';
import { Adam, type ExchangeGradients, exchangeGradients } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';

const STEPS = 5;
const ROWS = 8;

/**
 * A linear map under a squared error: its loss is a mean over rows, and no row has a part in the error of another.
 * Rank r of n takes rows r·8/n … (r+1)·8/n of every batch of 8.
 * @returns the weights
 */
export async function trainLinear(rank: number, size: number, exchange: ExchangeGradients): Promise<Float32Array> {
  await tf.setBackend('cpu');
  const weight = tf.variable(tf.tensor2d(new Rng(1).normal(6), [3, 2]));
  const adam = new Adam({ weight });
  const rng = new Rng(2);
  const rows = ROWS / size;
  const share = (width: number) => {
    const batch = rng.normal(ROWS * width); // one stream for all ranks
    return tf.tensor2d(batch.slice(rank * rows * width, (rank + 1) * rows * width), [rows, width]);
  };
  for (let step = 0; step < STEPS; step++) {
    const { grads } = tf.tidy(() => {
      const [x, y] = [share(3), share(2)];
      return tf.variableGrads(() => tf.mean(tf.squaredDifference(tf.matMul(x, weight as tf.Tensor2D), y)), [weight]);
    });
    const agreed = await exchangeGradients(grads, adam.variables, exchange);
    adam.apply(agreed, 0.1);
    tf.dispose(agreed);
  }
  return (await weight.data()).slice() as Float32Array;
}

function batchOf(seed: number): TrainBatch {
  const rng = new Rng(seed);
  const embeddings = () => ({ data: rng.normal(4 * 6), shape: [4, 6] as const });
  const images = { data: rng.normal(4 * 32 * 32 * 3).map(Math.tanh), shape: [4, 32, 32, 3] as const };
  return { images, embeddings: embeddings(), wrongEmbeddings: embeddings() };
}

/**
 * A small GAN-CLS with batches and noise of its own for each rank, batch normalisation over the rows of a rank.
 * @returns all that a checkpoint holds
 */
export async function trainGan(rank: number, exchange: ExchangeGradients): Promise<StateDict['tensors']> {
  await tf.setBackend('cpu');
  const sizes = { imageSize: 32, embeddingDim: 6, projectedDim: 4, noiseDim: 5, generatorFilters: 2 };
  const model = new GanCls(resolveConfig({ ...sizes, discriminatorFilters: 2, residual: false }), new Rng(1));
  const rng = new Rng(10 + rank);
  for (let step = 0; step < 2; step++) {
    await model.step(batchOf(100 * step + rank), { learningRate: 1e-3, rng, exchange });
  }
  const { tensors } = await model.state();
  model.dispose();
  return tensors;
}
