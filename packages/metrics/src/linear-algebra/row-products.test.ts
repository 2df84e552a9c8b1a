import { expectAllClose } from '@t2i/test-utils';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { normal } from '../__fixtures__/golden.ts';
import { addRowProducts, dot, rowProducts } from './row-products.ts';

it('rowProducts gives the product of every row with every other, whatever their number', () => {
  const sizes = fc.record({
    a: fc.integer({ min: 0, max: 7 }),
    b: fc.integer({ min: 0, max: 140 }),
    dim: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(sizes, ({ a, b, dim }) => {
      const x = Float64Array.from(normal(1, a, dim).data);
      const y = Float64Array.from(normal(2, b, dim).data);
      const plain = Array.from({ length: a * b }, (_, at) => dot(x, Math.floor(at / b) * dim, y, (at % b) * dim, dim));
      expectAllClose(rowProducts(x, y, dim), plain, { absolute: 1e-13 });
    }),
    { numRuns: 60 },
  );
});

it('addRowProducts adds to what is there', () => {
  const one = Float64Array.of(1, 2);
  expect(addRowProducts(one, one, 2, Float64Array.of(10))).toEqual(Float64Array.of(15));
  expect(() => addRowProducts(one, one, 2, new Float64Array(2))).toThrow(/2 numbers for 1 × 1/);
});
