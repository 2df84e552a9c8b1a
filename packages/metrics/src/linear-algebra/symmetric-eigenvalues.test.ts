import { Rng } from '@t2i/core';
import { expectAllClose } from '@t2i/test-utils';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GOLDEN, normal } from '../__fixtures__/golden.ts';
import { gaussianOf } from '../gaussian.ts';
import { symmetricEigenvalues } from './symmetric-eigenvalues.ts';

describe('symmetricEigenvalues', () => {
  it('gives those of LAPACK', () => {
    const matrix = Float64Array.from(GOLDEN.symmetric);
    const before = matrix.slice();
    expectAllClose(symmetricEigenvalues(matrix, GOLDEN.size), GOLDEN.eigenvalues, { absolute: 1e-13, relative: 1e-13 });
    expect(matrix).toEqual(before);
  });

  it.each([
    ['nothing', [], []],
    ['one number', [-3], [-3]],
    ['a diagonal, in any order', [3, 0, 0, 0, -1, 0, 0, 0, 2], [-1, 2, 3]],
    ['equal eigenvalues', [2, 0, 0, 0, 2, 0, 0, 0, 2], [2, 2, 2]],
    ['nothing but zeros', new Array(16).fill(0), [0, 0, 0, 0]],
    ['a matrix of rank one', [1, 2, 3, 2, 4, 6, 3, 6, 9], [0, 0, 14]],
    ['an exchange', [0, 1, 1, 0], [-1, 1]],
    [
      'numbers whose squares overflow',
      [0, 1, 1, 1, 0, 0, 1, 0, 0].map((v) => v * 1e200),
      [-Math.SQRT2, 0, Math.SQRT2].map((v) => v * 1e200),
    ],
  ])('takes %s', (_, matrix, expected) => {
    const found = symmetricEigenvalues(Float64Array.from(matrix as number[]), expected.length);
    const size = Math.max(1, ...expected.map(Math.abs));
    expectAllClose(found, expected, { absolute: 1e-14 * size, relative: 1e-14 });
  });

  it('keeps the trace and the sum of squares', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), fc.integer(), (n, seed) => {
        const rng = new Rng(seed);
        const matrix = new Float64Array(n * n);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j <= i; j++)
            matrix[i * n + j] = matrix[j * n + i] = rng.uniform(-1, 1) * 10 ** rng.integer(6);
        }
        const found = symmetricEigenvalues(matrix, n);
        const trace = found.reduce((sum, value, i) => sum + value - matrix[i * n + i]!, 0);
        const squares = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
        expect(Math.abs(trace)).toBeLessThan(1e-8);
        expect(squares(found) / squares(matrix)).toBeCloseTo(1, 12);
      }),
      { numRuns: 50 },
    );
  });

  it('does not look for digits of zeros', () => {
    // fewer samples than numbers: most eigenvalues are what rounding leaves of zero
    const { covariance } = gaussianOf(normal(1, 40, 150));
    const found = symmetricEigenvalues(covariance, 150);
    expect(Math.max(...found.subarray(0, 111).map(Math.abs))).toBeLessThan(1e-13);
    expect(found[111]).toBeGreaterThan(0.1);
  });

  it('ends on numbers that are not finite', () => {
    expect(() => symmetricEigenvalues(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2)).toThrow(/finite/);
  });
});
