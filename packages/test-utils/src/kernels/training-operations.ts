/** Every other operation that a GAN, a GoogLeNet or a text encoder is trained with, whoever's kernel it is, on any backend. */

import { Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { between, expectSame, expectSameWithGradients, randomValues, type Values } from './compare.ts';

type Forward = (...inputs: tf.Tensor[]) => tf.Tensor;

/** On inputs from N(0, 1). */
const UNARY: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  abs: tf.abs,
  clipByValue: (x) => tf.clipByValue(x, -0.5, 0.7),
  elu: tf.elu,
  erf: tf.erf,
  exp: tf.exp,
  expm1: tf.expm1,
  log1pOfSquare: (x) => tf.log1p(tf.square(x)),
  logSigmoid: tf.logSigmoid,
  logSoftmax: (x) => tf.logSoftmax(x),
  logSumExp: (x) => tf.logSumExp(x, -1),
  max: (x) => tf.max(x, 1),
  min: (x) => tf.min(x, 0),
  mirrorPad: (x) => tf.mirrorPad(x, [[1, 1], [2, 0]], 'reflect'), // biome-ignore format: a row per axis
  neg: tf.neg,
  pad: (x) => tf.pad(x, [[1, 2], [0, 3]], 0.5), // biome-ignore format: a row per axis
  pow: (x) => tf.pow(tf.abs(x), 1.5),
  relu: tf.relu,
  relu6: tf.relu6,
  reverse: (x) => tf.reverse(x, 1),
  rsqrt: (x) => tf.rsqrt(tf.add(tf.square(x), 0.1)),
  selu: tf.selu,
  sigmoid: tf.sigmoid,
  slice: (x) => tf.slice(x, [1, 2], [2, 3]),
  softmax: (x) => tf.softmax(x),
  softplus: tf.softplus,
  split: (x) => tf.concat(tf.split(x, [1, 3, 2], 1).reverse(), 1),
  sqrtOfSquare: (x) => tf.sqrt(tf.add(tf.square(x), 1)),
  stack: (x) => tf.stack(tf.unstack(x, 1), 0),
  step: (x) => tf.mul(x, tf.step(x, 0.2)),
  sum: (x) => tf.sum(x),
  tanh: tf.tanh,
  tile: (x) => tf.tile(x, [2, 3]),
  transpose: (x) => tf.transpose(x),
};

/** On two inputs from N(0, 1): of one shape, broadcast in either direction, and scalars. */
const BINARY: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  add: tf.add,
  div: (a, b) => tf.div(a, tf.add(tf.square(b), 0.5)),
  maximum: tf.maximum,
  minimum: tf.minimum,
  mul: tf.mul,
  prelu: tf.prelu,
  squaredDifference: tf.squaredDifference,
  sub: tf.sub,
};

/** Whose gradients tfjs-core does not sum over broadcast axes, on any backend. */
const UNREDUCED = new Set(['maximum', 'minimum', 'squaredDifference']);

const image = (x: tf.Tensor) => x as tf.Tensor4D;

/** `repetitions`: random windows to pool with. */
export function describeTrainingOperations(repetitions: number): void {
  describe('a training operation', () => {
    it.each(Object.entries(UNARY))('%s has the gradients of the cpu backend', async (name, forward) => {
      await expectSameWithGradients(name, [randomValues(new Rng(1), [4, 6])], forward as Forward);
    });

    it.each(Object.entries(BINARY))('%s has the gradients of the cpu backend', async (name, forward) => {
      const square = [4, 6];
      const shapes = [
        [square, square],
        [square, [6]],
        [[2, 4, 6], square],
        [square, []],
      ];
      for (const pair of shapes) {
        const inputs = pair.map((shape) => randomValues(new Rng(2), shape));
        const compare = UNREDUCED.has(name) && pair[0] !== pair[1] ? expectSame : expectSameWithGradients;
        await compare(`${name} ${JSON.stringify(pair)}`, inputs, forward as Forward);
      }
    });

    it('pools as the cpu backend, any window, stride and padding', async () => {
      const rng = new Rng(3);
      for (let i = 0; i < repetitions; i++) {
        const window: [number, number] = [between(rng, 1, 3), between(rng, 1, 3)];
        const strides: [number, number] = [between(rng, 1, 3), between(rng, 1, 3)];
        const pad = rng.pick(['same', 'valid'] as const);
        const x = randomValues(rng, [2, between(rng, 3, 8), between(rng, 3, 8), between(rng, 1, 9)]);
        const name = JSON.stringify({ shape: x.shape, window, strides, pad });
        await expectSameWithGradients(`max ${name}`, [x], (x) => tf.maxPool(image(x!), window, strides, pad));
        await expectSameWithGradients(`avg ${name}`, [x], (x) => tf.avgPool(image(x!), window, strides, pad));
      }
    });

    it('normalises as the cpu backend: local response, batch, moments', async () => {
      const rng = new Rng(4);
      const x = randomValues(rng, [2, 3, 4, 9]);
      await expectSameWithGradients('LRN', [x], (x) => tf.localResponseNormalization(image(x!), 2, 1, 1e-4, 0.75));
      const vector = () => randomValues(rng, [9]);
      const inputs = [x, vector(), vector(), vector(), vector()];
      await expectSameWithGradients('batchNorm', inputs, (x, mean, variance, offset, scale) =>
        tf.batchNorm(
          image(x!),
          mean as tf.Tensor1D,
          tf.square(variance!) as tf.Tensor1D,
          offset as tf.Tensor1D,
          scale as tf.Tensor1D,
          1e-3,
        ),
      );
      await expectSameWithGradients('mean of moments', [x], (x) => tf.moments(x!, [0, 1, 2]).mean);
      await expectSameWithGradients('variance of moments', [x], (x) => tf.moments(x!, [0, 1, 2]).variance);
    });

    it('looks up, compares, resizes and rearranges as the cpu backend', async () => {
      const rng = new Rng(5);
      const x = randomValues(rng, [3, 4, 4, 8]);
      const labels: Values = { shape: [5], dtype: 'int32', values: [0, 3, 1, 2, 2] };
      await expectSame('oneHot', [labels], (labels) => tf.oneHot(labels as tf.Tensor1D, 4));
      await expectSame('argMax', [x], (x) => tf.argMax(x!, -1));
      await expectSame('topk', [x], (x) => tf.topk(x!, 3).values);
      await expectSame('prod', [x], (x) => tf.prod(x!, 1));
      await expectSame('stridedSlice', [x], (x) => tf.stridedSlice(x!, [0, 1], [3, 4], [2, 2]));
      await expectSame('where', [x], (x) => tf.where(tf.greater(x!, 0.1), x!, tf.square(x!)));
      await expectSame('cumsum', [x], (x) => tf.cumsum(x!, 1));
      await expectSameWithGradients('bilinear', [x], (x) => tf.image.resizeBilinear(image(x!), [7, 9]));
      const one = randomValues(rng, [1, 4, 4, 8]); // the reference is wrong from the second image on
      await expectSameWithGradients('nearest', [one], (x) => tf.image.resizeNearestNeighbor(image(x!), [8, 8]));
      await expectSame('depthToSpace', [x], (x) => tf.depthToSpace(image(x!), 2, 'NHWC'));
      await expectSameWithGradients('broadcastTo', [randomValues(rng, [4, 1])], (x) => tf.broadcastTo(x!, [4, 6]));
    });

    it('has the loss of the cpu backend', async () => {
      const rng = new Rng(6);
      const logits = randomValues(rng, [6, 3]);
      await expectSameWithGradients('sigmoid', [logits], (x) =>
        tf.losses.sigmoidCrossEntropy(tf.reshape(tf.step(tf.sin(tf.range(0, 18))), [6, 3]), x!),
      );
    });
  });
}
