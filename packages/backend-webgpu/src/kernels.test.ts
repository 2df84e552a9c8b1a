import { Rng } from '@t2i/core';
import { skipWithoutSwiftShader } from '@t2i/test-utils';
import { expectSame, expectSameWithGradients, randomValues, startBackends } from '@t2i/test-utils/kernels/compare';
import { describeConvolution } from '@t2i/test-utils/kernels/convolution';
import { describeProducts } from '@t2i/test-utils/kernels/mat-mul';
import { describeTrainingOperations } from '@t2i/test-utils/kernels/training-operations';
import { describeTrainingStep } from '@t2i/test-utils/kernels/training-step';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startWebgpu } from './start-webgpu.ts';

/** Milliseconds. The tests take a few seconds on idle cores, and much longer on busy ones. */
const PATIENCE = 180_000;

/** Functions of values that may be NaN. */
const FUNCTIONS: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  acosh: tf.acosh,
  asinh: tf.asinh,
  atanh: tf.atanh,
  exp: tf.exp,
  leakyRelu: (x) => tf.leakyRelu(x, 0.2),
  log: tf.log,
  logSigmoid: tf.logSigmoid,
  logSoftmax: (x) => tf.logSoftmax(x),
  max: (x) => tf.max(x),
  mean: (x) => tf.mean(x),
  relu: tf.relu,
  sigmoid: tf.sigmoid,
  softmax: (x) => tf.softmax(x),
  softplus: tf.softplus,
  sqrt: tf.sqrt,
  tanh: tf.tanh,
};

describe.skipIf(skipWithoutSwiftShader)('webgpu on SwiftShader', { timeout: PATIENCE }, () => {
  beforeAll(() => startBackends('webgpu', () => startWebgpu({ software: true })), PATIENCE);

  describe.each([
    { inner: 2000, columns: 28, by: 'four elements at once' },
    { inner: 2001, columns: 28, by: 'single elements' },
    { inner: 1024, columns: 28, by: 'tiles of few rows' },
    { inner: 2000, columns: 7, by: 'workgroups for single numbers' },
  ])('a product by $by ($inner terms)', ({ inner, columns }) => {
    it.each([
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ])('with transpositions %s, %s is that of the cpu backend', async (transposeA, transposeB) => {
      const rng = new Rng(1);
      for (const rows of [2, 16]) {
        const a = randomValues(rng, transposeA ? [inner, rows] : [rows, inner]);
        const b = randomValues(rng, transposeB ? [columns, inner] : [inner, columns]);
        await expectSame(`${rows} rows`, [a, b], (a, b) => tf.matMul(a!, b!, transposeA, transposeB));
      }
    });
  });

  it('a product of few rows with a transposed factor may be fused', async () => {
    const inputs = [[4, 2000], [12, 2000], [12]].map((shape) => randomValues(new Rng(2), shape));
    for (const activation of ['linear', 'relu', 'leakyrelu'] as const) {
      await expectSame(activation, inputs, (a, b, bias) =>
        tf.fused.matMul({ a: a!, b: b!, transposeB: true, bias: bias!, activation, leakyreluAlpha: 0.2 }),
      );
    }
  });

  it.each([2, 7, 8, 13, 14, 20])('%i tensors add up', async (count) => {
    const rng = new Rng(3);
    const inputs = Array.from({ length: count }, () => randomValues(rng, [40, 30]));
    await expectSameWithGradients(`${count}`, inputs, (...tensors) => tf.addN(tensors));
  });

  it.each([true, false])('adds up and multiplies along axes of any length, backwards: %s', async (reverse) => {
    const rng = new Rng(5);
    for (const length of [4, 3, 7, 1]) {
      const x = randomValues(rng, [2, length]);
      for (const exclusive of [true, false]) {
        const name = `${length}, exclusive: ${exclusive}`;
        await expectSameWithGradients(`cumsum ${name}`, [x], (x) => tf.cumsum(x!, 1, exclusive, reverse));
        await expectSame(`cumprod ${name}`, [x], (x) => tf.cumprod(x!, 1, exclusive, reverse));
      }
    }
  });

  it('keeps the axes of a product, on the card and on the CPU', async () => {
    const x = randomValues(new Rng(6), [3, 2, 4]);
    for (const onCpu of [true, false]) {
      tf.env().set('WEBGPU_CPU_FORWARD', onCpu);
      for (const axis of [0, 1, [0, 2], undefined]) {
        await expectSame(`${axis}`, [x], (x) => [tf.prod(x!, axis, true), tf.prod(x!, axis)]);
      }
    }
  });

  it('counts the values of an image', async () => {
    const image = { shape: [2, 3, 1], dtype: 'int32' as const, values: [3, 1, 3, 0, 7, 3] };
    const weights = randomValues(new Rng(7), [2, 3, 1]);
    await expectSame('plain', [image], (x) => tf.bincount(x as tf.Tensor1D, tf.tensor1d([]), 5));
    await expectSame('weighted', [image, weights], (x, w) => tf.bincount(x as tf.Tensor1D, w as tf.Tensor1D, 5));
  });

  it.each(Object.entries(FUNCTIONS))('%s of NaN is NaN', async (_, compute) => {
    for (const values of [
      [Number.NaN, 2, 0.5, Number.NaN],
      [0.25, Number.NaN, 8, 1],
    ]) {
      await expectSame(`${values}`, [{ shape: [4], dtype: 'float32', values }], (x) => compute(x!));
    }
  });

  it('a tensor may be disposed of while it is read', async () => {
    await tf.setBackend('webgpu');
    const doubled = tf.tidy(() => tf.mul(tf.tensor1d([1, 2]), 2));
    const reading = doubled.data();
    doubled.dispose();
    expect([...(await reading)]).toEqual([2, 4]);
  });

  describeProducts(3);
  describeConvolution(9);
  describeTrainingOperations(4);

  it('sums rows of equal index, for the gradient of gather', async () => {
    const ids = { shape: [5], dtype: 'int32' as const, values: [3, 1, 3, 0, 3] };
    await expectSame('gather', [randomValues(new Rng(4), [4, 4, 4]), ids], (x, ids) =>
      tf.grad((x) => tf.square(tf.gather(x, ids as tf.Tensor1D, 1)))(x!),
    );
  });

  it('runs programs that have no uniforms of their own', async () => {
    const int32 = (values: number[]) => ({ shape: [values.length], dtype: 'int32' as const, values });
    const inputs = [randomValues(new Rng(8), [4, 3]), int32([0, 2, 3]), int32([0, 0, 1])];
    await expectSame('segments', inputs, (x, rows, segments) =>
      tf.sparse.sparseSegmentMean(x!, rows as tf.Tensor1D, segments as tf.Tensor1D),
    );
  });

  const memory = () => [(tf.memory() as tf.MemoryInfo & { numBytesInGPU: number }).numBytesInGPU];
  describeTrainingStep('webgpu', memory, { imageSize: 16, batchSize: 4, filters: 4 });

  // the last test, because the backend does not work afterwards
  it('throws on reading after an error on the device', async () => {
    await tf.setBackend('webgpu');
    const { device } = tf.backend() as unknown as { device: { createBuffer(options: object): unknown } };
    const x = tf.tensor1d([1, 2]);
    const doubled = tf.mul(x, 2);
    device.createBuffer({ size: 2 ** 52, usage: 128 });
    await expect(doubled.data()).rejects.toThrow('The graphics card failed');
    tf.dispose([x, doubled]);
  });
});
