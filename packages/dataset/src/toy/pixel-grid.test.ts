import { expectAllClose } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { rgbToOklab } from './oklab.ts';
import { GRID_SIDE, toPixelGrid } from './pixel-grid.ts';

/** Two images, black and a ramp: brightness grows from 0 at the left to 255 at the right, red only in the upper half. */
function images(side: number) {
  const data = new Float32Array(2 * side * side * 3).fill(-1);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = ((side + y) * side + x) * 3;
      data.fill((2 * (x + 0.5)) / side - 1, at, at + (y < side / 2 ? 1 : 3));
    }
  }
  return { data, shape: [2, side, side, 3] as const };
}

it.each([32, 48, 64, 100])('averages areas of images of %i pixels, rows from the top', (side) => {
  const grid = toPixelGrid(images(side), 1);
  for (const [x, y] of [
    [0, 0],
    [31, 3],
    [20, 31],
    [7, 16],
  ] as [number, number][]) {
    const byte = Math.round((255 * (x + 0.5)) / 32);
    const [red, rest] = [byte, y < 16 ? 0 : byte];
    expectAllClose(grid[y * GRID_SIDE + x]!, rgbToOklab(red, rest, rest), { absolute: 0.01 });
  }
  expect(toPixelGrid(images(side), 0).every(([lightness]) => lightness === 0)).toBe(true);
});
