import { describe, expect, it } from 'vitest';
import { batch, FEW, GOLDEN, normal, REAL, reordered, SAMPLES } from './__fixtures__/golden.ts';
import { frechetDistance } from './frechet-distance.ts';
import { gaussianOf } from './gaussian.ts';

const [real, samples, few] = [REAL, SAMPLES, FEW].map(gaussianOf) as [
  ReturnType<typeof gaussianOf>,
  ReturnType<typeof gaussianOf>,
  ReturnType<typeof gaussianOf>,
];

describe('frechetDistance', () => {
  it('is that of SciPy, either way round', () => {
    expect(frechetDistance(samples, real) / GOLDEN.frechet).toBeCloseTo(1, 10);
    expect(frechetDistance(real, samples) / GOLDEN.frechet).toBeCloseTo(1, 10);
  });

  it('is that of SciPy where there are fewer samples than numbers', () => {
    expect(frechetDistance(few, real) / GOLDEN.frechetFew).toBeCloseTo(1, 6);
    expect(frechetDistance(real, few) / GOLDEN.frechetFew).toBeCloseTo(1, 6);
  });

  it('of a set and itself is 0, in any order of its rows', () => {
    for (const set of [REAL, FEW]) {
      const scale = gaussianOf(set).covariance.reduce((sum, value) => sum + Math.abs(value), 0);
      expect(frechetDistance(gaussianOf(set), gaussianOf(reordered(set, 3)))).toBeLessThan(1e-9 * scale);
    }
  });

  it('matches the formula for known Gaussians', () => {
    // |3 − 0|² + (2 − 5)² in one dimension
    const [a, b] = [
      batch([3 - Math.SQRT2, 3 + Math.SQRT2], 1),
      batch(
        [-5, 5].map((x) => x / Math.SQRT2),
        1,
      ),
    ];
    expect(frechetDistance(gaussianOf(a), gaussianOf(b))).toBeCloseTo(9 + 9, 5);
    const [unit, wide] = [normal(1, 20_000, 3), normal(2, 20_000, 3, { mean: 1, scale: 3 })];
    expect(frechetDistance(gaussianOf(unit), gaussianOf(wide)) / (3 + 3 * 4)).toBeCloseTo(1, 1);
  });

  it('compares only features of one length', () => {
    expect(() => frechetDistance(real, gaussianOf(normal(1, 5, 3)))).toThrow(/12 and 3 dimensions/);
  });
});
