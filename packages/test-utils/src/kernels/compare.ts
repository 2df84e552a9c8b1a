/** For tests of kernels: runs a computation on the backend under test and on `cpu`, the reference, and compares the results. */

import { silenceBanner } from '@t2i/backend-utils';
import { assert, Rng } from '@t2i/core';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers all gradients
import { expectAllClose } from '../expect-close.ts';
import { useSwiftShader } from '../swift-shader.ts';

/** The backend under test. */
let tested: 'wasm' | 'webgpu' = 'wasm';

/** Starts both backends. From then on TensorFlow.js itself throws when a kernel leaves a buffer behind. */
export async function startBackends(backend: 'wasm' | 'webgpu', start: () => Promise<unknown>): Promise<void> {
  tested = backend;
  if (backend === 'webgpu') useSwiftShader();
  await tf.setBackend('cpu');
  silenceBanner(tf.backend() as MathBackendCPU);
  await start();
  tf.env().set('IS_TEST', true);
  if (backend === 'webgpu') tf.env().set('WEBGPU_CPU_FORWARD', false); // or small tensors are computed on the CPU
}

/** A computation on tensors. */
export type Work = (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** Runs `work` on both backends and compares every result: shape, type and values. */
export async function expectSame(what: string, inputs: readonly Values[], work: Work): Promise<void> {
  const expected = await computeOn('cpu', inputs, work);
  const actual = await computeOn(tested, inputs, work);
  assert(actual.length === expected.length, `${what}: ${actual.length} results, expected ${expected.length}`);
  actual.forEach((result, i) => {
    const reference = expected[i]!;
    const [shape, referenceShape] = [`${result.dtype} [${result.shape}]`, `${reference.dtype} [${reference.shape}]`];
    assert(shape === referenceShape, `${what}: result ${i} is ${shape}, expected ${referenceShape}`);
    const scale = rootMeanSquare(reference.values);
    try {
      // float32 sums of some hundred terms: relative to the size of the whole result where an element is near zero
      expectAllClose(result.values, reference.values, { relative: 2e-5, absolute: 1e-6 + 1e-5 * scale });
    } catch (error) {
      throw new Error(`${what}: result ${i}: ${(error as Error).message}`);
    }
  });
}

/** {@link expectSame} for `forward` and its gradients with respect to all inputs, weighted by a fixed random dy. */
export async function expectSameWithGradients(
  what: string,
  inputs: readonly Values[],
  forward: (...inputs: tf.Tensor[]) => tf.Tensor,
): Promise<void> {
  await expectSame(what, inputs, (...tensors) => {
    const y = forward(...tensors);
    const dy = toTensor(randomValues(new Rng(99), y.shape));
    return [y, ...tf.grads(forward)(tensors, dy)];
  });
}

/** The values of a tensor, outside any backend. */
export interface Values {
  readonly shape: readonly number[];
  readonly dtype: tf.NumericDataType;
  readonly values: ArrayLike<number>;
}

/** Samples of N(0, 1) in float32. */
export function randomValues(rng: Rng, shape: readonly number[]): Values {
  return { shape, dtype: 'float32', values: rng.normal(tf.util.sizeFromShape([...shape])) };
}

/** An integer from `low` to `high`, both included. */
export function between(rng: Rng, low: number, high: number): number {
  return low + rng.integer(high - low + 1);
}

export function toTensor({ values, shape, dtype }: Values): tf.Tensor {
  return tf.tensor(Array.from(values), [...shape], dtype);
}

async function computeOn(backend: string, inputs: readonly Values[], work: Work): Promise<Values[]> {
  await tf.setBackend(backend);
  const before = { tensors: tf.memory().numTensors, buffers: tf.backend().numDataIds() };
  const outputs = tf.tidy(() => work(...inputs.map(toTensor)));
  const results = (Array.isArray(outputs) ? outputs : [outputs]).map(async (tensor) => ({
    shape: tensor.shape,
    dtype: tensor.dtype as tf.NumericDataType,
    values: await tensor.data(),
  }));
  const values = await Promise.all(results);
  tf.dispose(outputs);
  const after = { tensors: tf.memory().numTensors, buffers: tf.backend().numDataIds() };
  assert(
    after.tensors === before.tensors && after.buffers === before.buffers,
    `${backend} leaves ${after.tensors - before.tensors} tensors and ${after.buffers - before.buffers} buffers behind`,
  );
  return values;
}

function rootMeanSquare(values: ArrayLike<number>): number {
  const finite = Array.from(values).filter(Number.isFinite);
  return Math.sqrt(finite.reduce((sum, value) => sum + value * value, 0) / Math.max(1, finite.length));
}
