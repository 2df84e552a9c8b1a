/**
 * Times one training step of a small DCGAN on an engine, and where the time goes, kernel by kernel.
 * `npx tsx --conditions=@t2i/source packages/backend/bench/training-step.ts [engine] [side] [batch] [filters]`
 */

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers every gradient
import { selectBackend } from '../src/index.ts';

const [prefer = 'wasm', side = '32', batch = '16', filters = '32'] = process.argv.slice(2);
const imageSize = Number(side);
const batchSize = Number(batch);
const width = Number(filters);
const levels = Math.log2(imageSize) - 2; // 4×4 at the bottom

await selectBackend({ prefer: prefer as 'wasm' });

const weights: tf.Variable[] = [];
function weight(shape: number[]): tf.Variable {
  const variable = tf.variable(tf.randomNormal(shape, 0, 0.02));
  weights.push(variable);
  return variable;
}
function normalise(x: tf.Tensor4D): tf.Tensor4D {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
}

const channels = (level: number) => (level === levels ? 3 : width * 2 ** (levels - 1 - level));
const project = weight([100, 16 * channels(0)]);
const up = Array.from({ length: levels }, (_, i) => weight([4, 4, channels(i + 1), channels(i)]));
const generatorWeights = weights.splice(0);
const down = Array.from({ length: levels }, (_, i) => weight([4, 4, channels(levels - i), channels(levels - 1 - i)]));
const score = weight([4, 4, channels(0), 1]);
const discriminatorWeights = weights.splice(0);

function generate(z: tf.Tensor2D): tf.Tensor4D {
  let x = tf.relu(normalise(tf.reshape(tf.matMul(z, project as tf.Tensor2D), [batchSize, 4, 4, channels(0)])));
  up.forEach((filter, i) => {
    const size = 8 * 2 ** i;
    x = tf.conv2dTranspose(x, filter as tf.Tensor4D, [batchSize, size, size, channels(i + 1)], 2, 'same');
    x = i === levels - 1 ? tf.tanh(x) : tf.relu(normalise(x));
  });
  return x;
}

function discriminate(x: tf.Tensor4D): tf.Tensor1D {
  let y = x;
  down.forEach((filter, i) => {
    y = tf.conv2d(y, filter as tf.Tensor4D, 2, 'same');
    y = tf.leakyRelu(i === 0 ? y : normalise(y), 0.2);
  });
  return tf.reshape(tf.conv2d(y, score as tf.Tensor4D, 1, 'valid'), [batchSize]);
}

const adam = [tf.train.adam(2e-4, 0.5), tf.train.adam(2e-4, 0.5)];
const real = tf.tanh(tf.randomNormal<tf.Rank.R4>([batchSize, imageSize, imageSize, 3]));

/** D on a real and a generated batch, then G: both with Adam. */
function step(): void {
  tf.tidy(() => {
    const z = tf.randomNormal<tf.Rank.R2>([batchSize, 100]);
    const fake = generate(z);
    adam[0]!.minimize(
      () => {
        const onReal = tf.softplus(tf.neg(discriminate(real)));
        return tf.mean(tf.add(onReal, tf.softplus(discriminate(fake)))) as tf.Scalar;
      },
      false,
      discriminatorWeights,
    );
    adam[1]!.minimize(
      () => tf.mean(tf.softplus(tf.neg(discriminate(generate(z))))) as tf.Scalar,
      false,
      generatorWeights,
    );
  });
}

step();
const times: number[] = [];
for (let i = 0; i < 5; i++) {
  const start = performance.now();
  step();
  times.push(performance.now() - start);
}
console.log(
  `${tf.getBackend()}, ${imageSize}×${imageSize}, batch ${batchSize}, ${width} filters: ${Math.min(...times).toFixed(0)} ms a step`,
);

const profile = await tf.profile(() => {
  step();
  return tf.scalar(0);
});
const byKernel = new Map<string, { time: number; calls: number }>();
for (const { name, kernelTimeMs } of profile.kernels) {
  const entry = byKernel.get(name) ?? { time: 0, calls: 0 };
  entry.time += (await kernelTimeMs) as number;
  entry.calls += 1;
  byKernel.set(name, entry);
}
const total = [...byKernel.values()].reduce((sum, { time }) => sum + time, 0);
for (const [name, { time, calls }] of [...byKernel].sort((a, b) => b[1].time - a[1].time).slice(0, 16)) {
  console.log(
    `${name.padEnd(28)} ${time.toFixed(1).padStart(8)} ms ${((100 * time) / total).toFixed(1).padStart(5)} % ${calls} calls`,
  );
}
