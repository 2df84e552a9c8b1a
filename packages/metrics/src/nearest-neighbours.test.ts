import { expectAllClose } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { GOLDEN, REAL, SAMPLES } from './__fixtures__/golden.ts';
import { copyingChance, nearestNeighbours } from './nearest-neighbours.ts';

describe('nearestNeighbours', () => {
  it('are those of SciPy', () => {
    const { indices, distances } = nearestNeighbours(SAMPLES, REAL);
    expect([...indices]).toEqual(GOLDEN.nearest);
    expectAllClose(distances, GOLDEN.nearestDistances, { relative: 1e-6 });
  });

  it('find an image in its own set', () => {
    const { indices, distances } = nearestNeighbours(REAL, REAL);
    expect([...indices]).toEqual([...indices.keys()]);
    expect(Math.max(...distances)).toBeLessThan(1e-5);
  });
});

describe('copyingChance', () => {
  it("is SciPy's Mann–Whitney statistic over all pairs", () => {
    expect(copyingChance(GOLDEN.nearestDistances, GOLDEN.unseen)).toBeCloseTo(GOLDEN.copying, 12);
  });

  it('is 1 for copies, 0 for samples far from all photos, ½ for equal distances', () => {
    expect(copyingChance([0, 0], [1, 2])).toBe(1);
    expect(copyingChance([3], [1, 2])).toBe(0);
    expect(copyingChance([1, 2], [2, 1])).toBe(0.5);
  });
});
