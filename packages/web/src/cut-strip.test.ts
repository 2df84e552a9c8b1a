import { expect, it } from 'vitest';
import { stripSquares } from './cut-strip.ts';

it('finds the images of a strip', () => {
  expect(stripSquares(3 * 34 + 2, 36, 3)).toEqual([
    { left: 2, top: 2, side: 32 },
    { left: 36, top: 2, side: 32 },
    { left: 70, top: 2, side: 32 },
  ]);
});

it('refuses images of other sizes', () => {
  expect(() => stripSquares(104, 36, 4)).toThrow(/strip of 4/);
  expect(() => stripSquares(2, 4, 0)).toThrow(RangeError);
});
