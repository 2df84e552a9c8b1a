import { describe, expect, it } from 'vitest';
import { cutSheet, PER_SHEET, sheetOf } from './picture-sheet.ts';

const SIDE = 3;
/** Pictures with other bytes everywhere. */
const pictures = (count: number) => Uint8Array.from({ length: count * SIDE * SIDE * 3 }, (_, k) => (k * 7) % 251);

describe('sheetOf and cutSheet', () => {
  it.each([1, 16, 17, PER_SHEET])('give %i pictures back', (count) => {
    const pixels = pictures(count);
    const sheet = sheetOf(pixels, SIDE);
    expect(sheet).toMatchObject({ width: 16 * SIDE, height: Math.ceil(count / 16) * SIDE });
    expect(cutSheet(sheet, SIDE, count)).toEqual(pixels);
  });

  it('lay the second picture to the right of the first, the seventeenth below it', () => {
    const { data, width } = sheetOf(pictures(17), SIDE);
    const length = SIDE * SIDE * 3;
    expect(data[SIDE * 3]).toBe(pictures(17)[length]);
    expect(data[SIDE * width * 3]).toBe(pictures(17)[16 * length]);
  });

  it('refuse more than a sheet holds, and a sheet of another size', () => {
    expect(() => sheetOf(pictures(PER_SHEET + 1), SIDE)).toThrow('a sheet of 257 pictures');
    expect(() => cutSheet(sheetOf(pictures(16), SIDE), SIDE, 17)).toThrow('a sheet of 48 × 3');
  });
});
