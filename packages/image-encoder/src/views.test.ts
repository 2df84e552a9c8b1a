import type { RgbImage } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { CROP_VIEWS, cutView, VIEWS } from './views.ts';

/** Every pixel says where it is: red is x, green is y. */
function map(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set([x, y, 0], (y * width + x) * 3);
  return { data, width, height };
}

const noResize = (): never => {
  throw new Error('no resize is needed');
};
const corners = ({ data, width, height }: RgbImage) =>
  [0, width - 1, (height - 1) * width, height * width - 1].map((pixel) => [...data.subarray(pixel * 3, pixel * 3 + 2)]);

describe('cutView', () => {
  // 24 × 16 pixels, the shorter side 16 = 14 · 256 / 224
  it.each([
    ['middle', [5, 1]],
    ['upper-left', [0, 0]],
    ['upper-right', [10, 0]],
    ['lower-left', [0, 2]],
    ['lower-right', [10, 2]],
  ] as const)('cuts %s, and mirrors it', (view, [left, top]) => {
    const [right, bottom] = [left + 13, top + 13];
    const crop = cutView(map(24, 16), view, 14, noResize);
    expect([crop.width, crop.height]).toEqual([14, 14]);
    expect(corners(crop)).toEqual([[left, top], [right, top], [left, bottom], [right, bottom]]); // biome-ignore format: an image
    const flipped = cutView(map(24, 16), `${view}-flipped`, 14, noResize);
    expect(corners(flipped)).toEqual([[right, top], [left, top], [right, bottom], [left, bottom]]); // biome-ignore format: an image
  });

  it('stretches the whole photo, and brings others to the shorter side that crops are cut from', () => {
    const asked: (readonly [number, number])[] = [];
    const resize = (_: RgbImage, width: number, height: number) => {
      asked.push([width, height]);
      return map(width, height);
    };
    cutView(map(50, 33), 'whole', 14, resize);
    cutView(map(48, 32), 'middle', 14, resize);
    cutView(map(32, 48), 'middle', 14, resize);
    expect(asked).toEqual([[14, 14], [24, 16], [16, 24]]); // biome-ignore format: an image
  });

  it('knows eleven views and no other', () => {
    expect([VIEWS.length, CROP_VIEWS.length, new Set(VIEWS).size]).toEqual([11, 10, 11]);
    expect(() => cutView(map(24, 16), 'upper', 14, noResize)).toThrow(/no view "upper"/);
  });
});
