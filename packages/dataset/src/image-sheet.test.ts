import { describe, expect, it } from 'vitest';
import { cutSheet, PER_SHEET, sheetOf } from './image-sheet.ts';

const SIDE = 3;
/** Images with other bytes everywhere. */
const images = (count: number) => Uint8Array.from({ length: count * SIDE * SIDE * 3 }, (_, k) => (k * 7) % 251);

describe('sheetOf and cutSheet', () => {
  it.each([1, 16, 17, PER_SHEET])('give %i images back', (count) => {
    const pixels = images(count);
    const sheet = sheetOf(pixels, SIDE);
    expect(sheet).toMatchObject({ width: 16 * SIDE, height: Math.ceil(count / 16) * SIDE });
    expect(cutSheet(sheet, SIDE, count)).toEqual(pixels);
  });

  it('lay the second image to the right of the first, the seventeenth below it', () => {
    const { data, width } = sheetOf(images(17), SIDE);
    const length = SIDE * SIDE * 3;
    expect(data[SIDE * 3]).toBe(images(17)[length]);
    expect(data[SIDE * width * 3]).toBe(images(17)[16 * length]);
  });

  it('refuse more than a sheet holds, and a sheet of another size', () => {
    expect(() => sheetOf(images(PER_SHEET + 1), SIDE)).toThrow('a sheet of 257 images');
    expect(() => cutSheet(sheetOf(images(16), SIDE), SIDE, 17)).toThrow('a sheet of 48 × 3');
  });
});
