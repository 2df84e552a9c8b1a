import '@tensorflow/tfjs-backend-cpu';
import { ConfigError, Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { quietDirections } from './quiet-directions.ts';

beforeAll(() => tf.setBackend('cpu'));

const DIM = 12;
const COUNT = 3;

/** Features that are loud in all but three directions, none of which is an axis. */
function loudFeatures(rng: Rng): Float32Array {
  const axes = Array.from({ length: DIM }, () => rng.normal(DIM));
  const rows = Array.from({ length: 200 }, () => {
    const strengths = rng.normal(DIM).map((x, k) => (k < COUNT ? 0.01 : 3) * x);
    return Array.from({ length: DIM }, (_, d) => strengths.reduce((sum, x, k) => sum + x * axes[k]![d]!, 0));
  });
  return Float32Array.from(rows.flat());
}

it('gives orthonormal directions in which the features say next to nothing', async () => {
  const features = loudFeatures(new Rng(3));
  const directions = await quietDirections(features, DIM, COUNT);
  const column = (k: number) => Array.from({ length: DIM }, (_, d) => directions[d * COUNT + k]!);
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, x, d) => sum + x * b[d]!, 0);
  for (let k = 0; k < COUNT; k++) {
    for (let l = 0; l < COUNT; l++) expect(dot(column(k), column(l))).toBeCloseTo(k === l ? 1 : 0, 5);
    const squares = Array.from(
      { length: 200 },
      (_, i) => dot(features.subarray(i * DIM, (i + 1) * DIM), column(k)) ** 2,
    );
    expect(Math.sqrt(squares.reduce((sum, x) => sum + x) / 200)).toBeLessThan(0.2);
  }
  expect(await quietDirections(features, DIM, COUNT)).toEqual(directions);
});

it('refuses features that are too short', async () => {
  await expect(quietDirections(new Float32Array(8), 2, 3)).rejects.toThrow(ConfigError);
});
