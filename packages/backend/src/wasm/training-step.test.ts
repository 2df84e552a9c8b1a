import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { startEngines } from '../../test/compare.ts';
import { Dcgan } from '../../test/dcgan.ts';

beforeAll(startEngines);

async function losses(engine: string, steps: number): Promise<number[]> {
  await tf.setBackend(engine);
  const gan = new Dcgan({ imageSize: 16, batchSize: 4, filters: 4 });
  const course = Array.from({ length: steps }, () => gan.step()).flat();
  gan.dispose();
  return course;
}

it('trains as the cpu backend does', async () => {
  const expected = await losses('cpu', 4);
  const actual = await losses('wasm', 4);
  expect(expected[0]).not.toBeCloseTo(expected.at(-2)!, 3); // it learns
  // rectifiers near zero and Adam's division amplify rounding from step to step
  actual.forEach((loss, i) => {
    expect(Math.abs(loss - expected[i]!)).toBeLessThan(1e-3);
  });
});

it('keeps memory flat from step to step', async () => {
  await tf.setBackend('wasm');
  const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
  const gan = new Dcgan({ imageSize: 32, batchSize: 8, filters: 8 });
  const measure = () => [tf.memory().numTensors, tf.backend().numDataIds(), wasm.HEAPU8.length];
  gan.step();
  gan.step(); // the heap has grown to what a step needs
  const before = measure();
  for (let i = 0; i < 5; i++) gan.step();
  expect(measure()).toEqual(before);
  gan.dispose();
});
