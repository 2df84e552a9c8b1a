import { describe, expect, it } from 'vitest';
import { GOLDEN, normal, REAL, reordered, SAMPLES } from './__fixtures__/golden.ts';
import { kernelDistance } from './kernel-distance.ts';

describe('kernelDistance', () => {
  it('is that of NumPy, in any order and either way round', () => {
    for (const distance of [kernelDistance(REAL, SAMPLES), kernelDistance(reordered(SAMPLES, 1), reordered(REAL, 2))]) {
      expect(distance / GOLDEN.kernel).toBeCloseTo(1, 12);
    }
  });

  it('is 0 on average for samples of one distribution, and not for others', () => {
    const pairs = Array.from({ length: 40 }, (_, i) => kernelDistance(normal(2 * i, 60, 4), normal(2 * i + 1, 60, 4)));
    const mean = pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
    const error = Math.sqrt(pairs.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / pairs.length;
    expect(Math.abs(mean)).toBeLessThan(3 * error);
    expect(Math.min(...pairs)).toBeLessThan(0);
    expect(kernelDistance(normal(1, 60, 4), normal(2, 60, 4, { mean: 1 }))).toBeGreaterThan(mean + 30 * error);
  });

  it('needs two of each', () => {
    expect(() => kernelDistance(normal(1, 1, 4), normal(2, 5, 4))).toThrow(/not 1 and 5/);
  });
});
