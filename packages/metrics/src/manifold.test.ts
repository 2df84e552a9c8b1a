import { describe, expect, it } from 'vitest';
import { batch, GOLDEN, normal, REAL, reordered, SAMPLES } from './__fixtures__/golden.ts';
import { manifoldScores } from './manifold.ts';

const { neighbours } = GOLDEN;

describe('manifoldScores', () => {
  it('are those of SciPy, in any order', () => {
    const expected = { ...GOLDEN.manifold, density: expect.closeTo(GOLDEN.manifold.density!, 12) };
    expect(manifoldScores(REAL, SAMPLES, { neighbours })).toEqual(expected);
    expect(manifoldScores(reordered(REAL, 1), reordered(SAMPLES, 2), { neighbours })).toEqual(expected);
  });

  it('are 1 for the real set itself, and 0 for one far away', () => {
    const same = manifoldScores(REAL, REAL);
    expect(same).toMatchObject({ precision: 1, recall: 1, coverage: 1 });
    expect(same.density).toBeGreaterThanOrEqual(1); // each lies in its own ball too
    const far = normal(1, 20, GOLDEN.dim, { mean: 1000 });
    expect(manifoldScores(REAL, far)).toEqual({ precision: 0, recall: 0, density: 0, coverage: 0 });
  });

  it('tell a collapsed set: precise, without recall', () => {
    const one = batch(Array.from({ length: 10 }, () => [...REAL.data.subarray(0, GOLDEN.dim)]).flat(), GOLDEN.dim);
    const { precision, recall, coverage } = manifoldScores(REAL, one);
    expect(precision).toBe(1);
    expect(recall).toBe(1 / 40);
    expect(coverage).toBeLessThan(0.5);
  });

  it('need more images than neighbours', () => {
    expect(() => manifoldScores(REAL, normal(1, 5, GOLDEN.dim))).toThrow(/5 rows have no 5th neighbour/);
  });
});
