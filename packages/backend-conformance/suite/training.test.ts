/** A small GAN-CLS on the backend, compared with the backend cpu. */

import { selectBackend } from '@t2i/backend';
import { countTensors, withoutLeaks } from '@t2i/backend-utils';
import { Rng, type StepScalars } from '@t2i/core';
import { GanCls, resolveConfig } from '@t2i/gan-cls';
import { MockBatches, maxDifference, relativeError } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, expect, it } from 'vitest';

const backend = process.env.T2I_TEST_BACKEND!;

const CONFIG = resolveConfig({
  imageSize: 32,
  embeddingDim: 8,
  projectedDim: 8,
  noiseDim: 8,
  generatorFilters: 4,
  discriminatorFilters: 4,
  objective: 'gan-int-cls',
});

beforeAll(async () => {
  await selectBackend({ prefer: 'cpu' }); // registers it
});

beforeEach(async () => {
  await tf.setBackend(backend);
});

/** Trains a model and returns it with the metrics of its steps. */
async function train(steps: number): Promise<{ model: GanCls; reports: StepScalars[] }> {
  const model = new GanCls(CONFIG, new Rng(1));
  const rng = new Rng(2);
  const batches = new MockBatches({ imageSize: CONFIG.imageSize, embeddingDim: CONFIG.embeddingDim });
  const reports: StepScalars[] = [];
  for (let i = 0; i < steps; i++) {
    reports.push(await model.step(await batches.next(), { learningRate: 2e-4, rng }));
  }
  return { model, reports };
}

/** Images of three captions, generated with the running statistics. */
async function generate(model: GanCls): Promise<Float32Array> {
  const rng = new Rng(7);
  const embeddings = { data: rng.normal(3 * CONFIG.embeddingDim), shape: [3, CONFIG.embeddingDim] as const };
  return (await model.generate({ embeddings, noise: rng.normal(3 * CONFIG.noiseDim) })).data;
}

it('ten training steps give the metrics and images of the backend cpu', async () => {
  const run = async (backend: string) => {
    await tf.setBackend(backend);
    const { model, reports } = await train(10);
    const images = await generate(model);
    model.dispose();
    return { metrics: reports.flatMap((report) => Object.values(report)), images };
  };
  const expected = await run('cpu');
  const actual = await run(backend);
  expect(expected.metrics).toHaveLength(50);
  expect(relativeError(expected.metrics.slice(-5), expected.metrics.slice(0, 5))).toBeGreaterThan(0.01); // it learns
  // rectifiers near zero and Adam's division amplify rounding from step to step
  expect(relativeError(actual.metrics, expected.metrics)).toBeLessThan(1e-2);
  expect(relativeError(actual.images, expected.images)).toBeLessThan(1e-2);
});

it('one seed generates the same images again, bit for bit', async () => {
  const { model } = await train(2);
  const first = await generate(model);
  expect(maxDifference(await generate(model), first)).toBe(0);
  expect(Math.max(...first) - Math.min(...first)).toBeGreaterThan(0);
  model.dispose();
});

it('memory stays flat from step to step, and nothing leaks', async () => {
  await tf.ready();
  await withoutLeaks('a model and its training', async () => {
    const { model } = await train(2);
    const before = { tensors: countTensors(), buffers: tf.backend().numDataIds() };
    const rng = new Rng(3);
    const batches = new MockBatches({ imageSize: CONFIG.imageSize, embeddingDim: CONFIG.embeddingDim, seed: 4 });
    for (let i = 0; i < 3; i++) await model.step(await batches.next(), { learningRate: 2e-4, rng });
    await generate(model);
    expect({ tensors: countTensors(), buffers: tf.backend().numDataIds() }).toEqual(before);
    model.dispose();
  });
});
