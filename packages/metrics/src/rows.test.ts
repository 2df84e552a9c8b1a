import { expect, it } from 'vitest';
import { batch, normal } from './__fixtures__/golden.ts';
import { assertSameDim, eachRowOfSquaredDistances, toRows, toUnitLength } from './rows.ts';

it('toUnitLength scales rows, and leaves zeros', () => {
  expect([...toUnitLength(batch([3, 4, 0, 0], 2)).data]).toEqual([Math.fround(0.6), Math.fround(0.8), 0, 0]);
});

it('distances come row by row, more rows than are held at once', () => {
  const [a, b] = [normal(1, 300, 3), normal(2, 5, 3)];
  const seen: number[] = [];
  eachRowOfSquaredDistances(toRows(a), toRows(b), (row, squared) => {
    seen.push(row);
    squared.forEach((value, j) => {
      const plain = [0, 1, 2].reduce((sum, k) => sum + (a.data[row * 3 + k]! - b.data[j * 3 + k]!) ** 2, 0);
      expect(value).toBeCloseTo(plain, 12);
    });
  });
  expect(seen).toEqual([...Array(300).keys()]);
});

it('features of different lengths are not compared', () => {
  expect(() => assertSameDim(normal(1, 2, 3), normal(1, 2, 4))).toThrow(/3 numbers .* 4/);
});
