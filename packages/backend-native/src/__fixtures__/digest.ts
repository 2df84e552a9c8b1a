/** Prints a digest of the bits that kernels with long sums make, and the threads it used: `threads.test.ts` runs it with several T2I_THREADS. */

import { createHash } from 'node:crypto';
import { Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { nativeStatus } from '../index.ts';

tf.setBackend('native');
const rng = new Rng(7);
const random = (...shape: number[]) => tf.tensor(rng.normal(shape.reduce((a, b) => a * b, 1)), shape);
const gradients = (loss: (a: tf.Tensor4D, b: tf.Tensor4D) => tf.Tensor, x: tf.Tensor, w: tf.Tensor) =>
  tf.grads((a, b) => tf.sum(tf.square(loss(a as tf.Tensor4D, b as tf.Tensor4D))))([x, w]);

const convolutions = [
  { x: random(9, 16, 16, 33), w: random(4, 4, 33, 40), stride: 2 }, // fast algorithm
  { x: random(9, 12, 12, 32), w: random(3, 3, 32, 65), stride: 1 }, // fast algorithm
  { x: random(9, 32, 32, 3), w: random(4, 4, 3, 48), stride: 2 }, // long sums in parts
  { x: random(2, 17, 19, 20), w: random(5, 3, 20, 30), stride: 3 },
];
const results = [
  tf.matMul(random(300, 700), random(700, 310)),
  tf.matMul(random(3, 700), random(310, 700), false, true),
  ...convolutions.flatMap(({ x, w, stride }) => {
    const op = (a: tf.Tensor4D, b: tf.Tensor4D) => tf.conv2d(a, b, stride, 'same');
    return [op(x as tf.Tensor4D, w as tf.Tensor4D), ...gradients(op, x, w)];
  }),
  tf.sum(random(100_000)),
  tf.mean(random(64, 33, 65), [0, 1]),
  tf.logSumExp(random(1000, 130)),
];
const hash = createHash('sha256');
for (const result of results) hash.update(result.dataSync() as Float32Array);
console.log(JSON.stringify({ threads: nativeStatus().threads, digest: hash.digest('hex') }));
