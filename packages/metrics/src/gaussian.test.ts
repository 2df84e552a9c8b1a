import { expectAllClose } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { batch, normal } from './__fixtures__/golden.ts';
import { GaussianSum, gaussianOf } from './gaussian.ts';

describe('GaussianSum', () => {
  it('gives the mean and the unbiased covariance', () => {
    const { mean, covariance, count } = gaussianOf(batch([1, 2, 3, 6, 5, 10], 2));
    expect([count, [...mean], [...covariance]]).toEqual([3, [3, 6], [4, 8, 8, 16]]);
  });

  it('does not mind how the rows are cut into batches', () => {
    const all = normal(1, 50, 6);
    const sum = new GaussianSum(6);
    for (const [from, to] of [
      [0, 1],
      [1, 1],
      [1, 30],
      [30, 50],
    ] as const) {
      // biome-ignore format: pairs
      sum.add({ data: all.data.subarray(from * 6, to * 6), shape: [to - from, 6] });
    }
    const [parts, whole] = [sum.gaussian(), gaussianOf(all)];
    expectAllClose(parts.mean, whole.mean, { absolute: 1e-14 });
    expectAllClose(parts.covariance, whole.covariance, { absolute: 1e-14 });
  });

  it('keeps small variances beside a large mean', () => {
    const shifted = normal(1, 100, 3).data.map((value) => 8192 + Math.round(value * 512) / 512); // exact in float32
    const plain = shifted.map((value) => value - 8192);
    expectAllClose(gaussianOf(batch(shifted, 3)).covariance, gaussianOf(batch(plain, 3)).covariance, {
      relative: 1e-12,
    });
  });

  it('needs two vectors of its length', () => {
    expect(() => gaussianOf(normal(1, 1, 3))).toThrow(/at least 2/);
    expect(() => new GaussianSum(3).add(normal(1, 2, 4))).toThrow(/4 numbers, not 3/);
  });
});
