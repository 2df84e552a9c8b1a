import { readFile } from 'node:fs/promises';
import { ConfigError } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { resizeBicubic } from './bicubic.ts';

/** As `SIZES` of __fixtures__/make_bicubic.py. */
const SIZES = [
  [11, 13],
  [37, 8],
  [5, 29],
  [64, 50],
  [40, 9],
  [1, 1],
  [37, 29],
] as const;

const golden = new Uint8Array(await readFile(new URL('./__fixtures__/bicubic.u8', import.meta.url)));
const source = { data: golden.subarray(0, 37 * 29 * 3), width: 37, height: 29 };

describe('resizeBicubic', () => {
  it.each(SIZES.map((size, k) => [...size, k] as const))('equals Pillow at %i×%i, bit for bit', (width, height, k) => {
    const before = SIZES.slice(0, k).reduce((sum, [w, h]) => sum + w * h * 3, source.data.length);
    const resized = resizeBicubic(source, width, height);
    expect([resized.width, resized.height]).toEqual([width, height]);
    expect([...resized.data]).toEqual([...golden.subarray(before, before + width * height * 3)]);
  });

  it('handles images larger than one strip of rows, and rows larger than a strip', () => {
    const wide = { data: new Uint8Array(400_000 * 3 * 3).fill(200), width: 400_000, height: 3 };
    expect([...resizeBicubic(wide, 2, 2).data]).toEqual(new Array(12).fill(199));
    const gradient = {
      data: Uint8Array.from({ length: 1500 * 1000 * 3 }, (_, k) => Math.floor(k / 4500 / 4)),
      width: 1500,
      height: 1000,
    };
    const { data } = resizeBicubic(gradient, 1, 100);
    expect([data[0], data[150], data[297]]).toEqual([1, 126, 248]);
  });

  it.each([0, -1, 2.5, Number.NaN, 2 ** 14 + 1])('refuses a side of %d pixels', (side) => {
    expect(() => resizeBicubic(source, side, 4)).toThrow(ConfigError);
    expect(() => resizeBicubic(source, 4, side)).toThrow(ConfigError);
  });

  it('releases the memory of a huge image, and continues to work', () => {
    const huge = resizeBicubic(source, 6000, 6000);
    expect(huge.data.length).toBe(6000 * 6000 * 3);
    const [width, height] = SIZES[0];
    const expected = golden.subarray(source.data.length, source.data.length + width * height * 3);
    expect(Buffer.compare(resizeBicubic(source, width, height).data, expected)).toBe(0);
  });

  it('refuses bytes that are not the image they claim to be', () => {
    expect(() => resizeBicubic({ ...source, width: 38 }, 4, 4)).toThrow(/image/);
  });
});
