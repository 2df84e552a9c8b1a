import { Rng } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { interpolateBatch } from './interpolation.ts';

const embeddings = Float32Array.of(0, 0, 10, 10, 4, 8, 20, 30); // four rows of two: pairs (0, 2) and (1, 3)

describe('interpolateBatch', () => {
  it('takes β of the first and 1 − β of the second caption', () => {
    const at = (interpolationBeta: number) =>
      interpolateBatch(embeddings, 2, { interpolation: 'fixed', interpolationBeta }, new Rng(1));
    expect(at(0.5)).toEqual(Float32Array.of(2, 4, 15, 20));
    expect(at(0.25)).toEqual(Float32Array.of(3, 6, 17.5, 25));
    expect(at(1)).toEqual(Float32Array.of(0, 0, 10, 10));
  });

  it('extrapolates by up to half the distance beyond either caption, with one sample per row', () => {
    const many = new Float32Array(2000 * 2);
    many.fill(1, 2000); // every pair from (0, 0) to (1, 1)
    const rows = interpolateBatch(many, 2, { interpolation: 'random', interpolationBeta: 0.5 }, new Rng(1));
    const first = rows.filter((_, i) => i % 2 === 0);
    expect(rows.filter((_, i) => i % 2 === 1)).toEqual(first);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(-0.5);
    expect(Math.min(...first)).toBeLessThan(-0.45);
    expect(Math.max(...first)).toBeLessThanOrEqual(1.5);
    expect(Math.max(...first)).toBeGreaterThan(1.45);
  });

  it('refuses an odd batch', () => {
    const odd = () =>
      interpolateBatch(new Float32Array(6), 2, { interpolation: 'fixed', interpolationBeta: 0.5 }, new Rng(1));
    expect(odd).toThrow('3 is odd');
  });
});
