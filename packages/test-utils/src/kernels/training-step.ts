/** Whole training steps of a small DCGAN, on any backend. */

import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { Dcgan, type DcganOptions } from './dcgan.ts';

async function losses(backend: string, steps: number): Promise<number[]> {
  await tf.setBackend(backend);
  const gan = new Dcgan({ imageSize: 16, batchSize: 4, filters: 4 });
  const course: number[] = [];
  for (let i = 0; i < steps; i++) course.push(...(await gan.step()));
  gan.dispose();
  return course;
}

/** `sizes`: what memory holds on the backend while `gan` is trained, in numbers that must not grow from step to step. */
export function describeTrainingStep(backend: string, sizes: () => number[], gan: DcganOptions): void {
  it('trains as the cpu backend does', async () => {
    const expected = await losses('cpu', 4);
    const actual = await losses(backend, 4);
    expect(expected[0]).not.toBeCloseTo(expected.at(-2)!, 3); // it learns
    // rectifiers near zero and Adam's division amplify rounding from step to step
    actual.forEach((loss, i) => {
      expect(Math.abs(loss - expected[i]!)).toBeLessThan(1e-3);
    });
  });

  it('keeps memory flat from step to step', async () => {
    await tf.setBackend(backend);
    const trained = new Dcgan(gan);
    const measure = () => [tf.memory().numTensors, tf.backend().numDataIds(), ...sizes()];
    await trained.step();
    await trained.step(); // memory has grown to what a step needs
    const before = measure();
    for (let i = 0; i < 5; i++) await trained.step();
    expect(measure()).toEqual(before);
    trained.dispose();
  });
}
