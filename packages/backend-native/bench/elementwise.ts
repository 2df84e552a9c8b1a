/** `pnpm bench elementwise`: bytes per second of the kernels that only move or map memory, against a copy and the cpu backend. */

import '@tensorflow/tfjs-layers';
import { Adam, batchNormTraining } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import { fastest } from './measure.ts';

type Shape4 = [number, number, number, number];

interface Case {
  readonly name: string;
  /** Tensors of the size of x that are read or written. */
  readonly streams: number;
  readonly run: (x: tf.Tensor4D) => tf.Tensor | tf.Tensor[] | undefined;
}

const channelVector = (x: tf.Tensor, value: number) => tf.fill([x.shape.at(-1)!], value);

const CASES: readonly Case[] = [
  { name: 'add', streams: 3, run: (x) => tf.add(x, x) },
  { name: 'multiply by a scalar', streams: 2, run: (x) => tf.mul(x, 0.5) },
  { name: 'multiply by [C]', streams: 2, run: (x) => tf.mul(x, channelVector(x, 2)) },
  { name: 'greater', streams: 1.25, run: (x) => tf.greater(x, 0) },
  { name: 'leakyRelu', streams: 2, run: (x) => tf.leakyRelu(x, 0.2) },
  { name: 'step', streams: 2, run: (x) => tf.step(x, 0.2) },
  { name: 'tanh', streams: 2, run: (x) => tf.tanh(x) },
  { name: 'sigmoid', streams: 2, run: (x) => tf.sigmoid(x) },
  { name: 'softplus', streams: 2, run: (x) => tf.softplus(x) },
  { name: 'exp', streams: 2, run: (x) => tf.exp(x) },
  { name: 'log', streams: 2, run: (x) => tf.log(x) },
  { name: 'sum of all', streams: 1, run: (x) => tf.sum(x) },
  { name: 'sum to [C]', streams: 1, run: (x) => tf.sum(x, [0, 1, 2]) },
  { name: 'sum over C', streams: 1, run: (x) => tf.sum(x, 3) },
  { name: 'max to [C]', streams: 1, run: (x) => tf.max(x, [0, 1, 2]) },
  { name: 'softmax', streams: 2, run: (x) => tf.softmax(x) },
  { name: 'NHWC to NCHW', streams: 2, run: (x) => tf.transpose(x, [0, 3, 1, 2]) },
  { name: 'pad by 1', streams: 2, run: (x) => tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]) }, // biome-ignore format: one line
  { name: 'concat along C', streams: 4, run: (x) => tf.concat([x, x], 3) },
  { name: 'max pool 3×3/2', streams: 1.25, run: (x) => tf.maxPool(x, 3, 2, 'same') },
  { name: 'local response', streams: 2, run: (x) => tf.localResponseNormalization(x, 2) },
  {
    name: 'batch norm, training',
    streams: 3,
    run: (x) => Object.values(batchNormTraining(x, channelVector(x, 1), channelVector(x, 0), { activation: 'relu' })),
  },
  {
    name: 'batch norm with gradient',
    streams: 8,
    run: (x) =>
      tf.grad((t) => batchNormTraining(t, channelVector(x, 1), channelVector(x, 0), { activation: 'relu' }).y)(x, x),
  },
];

/** Milliseconds of one case; a backend that takes seconds is timed once. */
function time({ run }: Case, x: tf.Tensor4D, budgetMs: number): number {
  const once = () => {
    tf.tidy(() => {
      run(x);
    });
  };
  return fastest(once, budgetMs);
}

function timeAdam(x: tf.Tensor4D, budgetMs: number): number {
  const variable = tf.variable(x);
  const adam = new Adam({ weight: variable });
  const ms = fastest(() => adam.apply({ [variable.name]: x }, 1e-4), budgetMs);
  adam.dispose();
  variable.dispose();
  return ms;
}

function timeAll(backend: string, shape: Shape4, budgetMs: number): number[] {
  tf.setBackend(backend);
  const x = tf.randomUniform<tf.Rank.R4>(shape, 0.1, 1);
  const times = [...CASES.map((item) => time(item, x, budgetMs)), timeAdam(x, budgetMs)];
  x.dispose();
  return times;
}

/** GB/s of a plain copy on one thread. */
function copyRate(bytes: number, budgetMs: number): number {
  const [from, to] = [new Float32Array(bytes / 4), new Float32Array(bytes / 4)];
  return (2 * bytes) / fastest(() => to.set(from), budgetMs) / 1e6;
}

/** Prints the table for x of `shape` float32; the cpu backend works on a tenth of it, and its time is scaled. */
export function benchElementwise(budgetMs: number, shape: Shape4 = [60, 32, 32, 64]): void {
  const bytes = 4 * shape.reduce((product, size) => product * size);
  const native = timeAll('native', shape, budgetMs);
  const cpu = timeAll('cpu', shape.with(0, shape[0] / 10) as Shape4, 0).map((ms) => 10 * ms);
  console.log(
    `[${shape}], ${(bytes / 1e6).toFixed(1)} MB; copy on one thread: ${copyRate(bytes, 500).toFixed(1)} GB/s`,
  );
  console.log(`${''.padEnd(26)}       ms    GB/s   × cpu`);
  for (const [i, { name, streams }] of [...CASES, { name: 'Adam', streams: 7 }].entries()) {
    const rate = (streams * bytes) / native[i]! / 1e6;
    const cells = [native[i]!.toFixed(2).padStart(8), rate.toFixed(1).padStart(7)];
    console.log(`${name.padEnd(26)} ${cells.join(' ')} ${(cpu[i]! / native[i]!).toFixed(0).padStart(7)}`);
  }
}
