import { expectAllClose } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { normal } from '../__fixtures__/golden.ts';
import { gaussianOf } from '../gaussian.ts';
import { covarianceFactor } from './covariance-factor.ts';

/** FᵀF. */
function squared(factor: Float64Array, dim: number): Float64Array {
  return Float64Array.from({ length: dim * dim }, (_, at) => {
    let sum = 0;
    for (let row = 0; row < factor.length; row += dim)
      sum += factor[row + Math.floor(at / dim)]! * factor[row + (at % dim)]!;
    return sum;
  });
}

describe('covarianceFactor', () => {
  it.each([
    [30, 30],
    [5, 4],
  ])('of %i samples has %i rows at most, whose squares are the covariance', (count, rank) => {
    const dim = 20;
    const { covariance } = gaussianOf(normal(count, count, dim));
    const factor = covarianceFactor(covariance, dim);
    expect(factor.length / dim).toBe(Math.min(rank, dim));
    expectAllClose(squared(factor, dim), covariance, { absolute: 1e-13 });
  });

  it('of nothing that varies has no rows', () => {
    expect(covarianceFactor(new Float64Array(9), 3)).toHaveLength(0);
  });
});
