import { expectAllClose } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import type { Rgb } from './oklab.ts';
import { colourDistance, oklabToRgb, rgbToOklab, shadedDistance } from './oklab.ts';

describe('OKLab', () => {
  it('gives the published coordinates of the sRGB primaries', () => {
    // CSS Color 4, sample values of oklab()
    expectAllClose(rgbToOklab(255, 255, 255), [1, 0, 0], { absolute: 2e-4 });
    expectAllClose(rgbToOklab(255, 0, 0), [0.62796, 0.22486, 0.12585], { absolute: 2e-4 });
    expectAllClose(rgbToOklab(0, 255, 0), [0.86644, -0.23389, 0.1795], { absolute: 2e-4 });
    expectAllClose(rgbToOklab(0, 0, 255), [0.45201, -0.03246, -0.31153], { absolute: 2e-4 });
  });

  it('comes back', () => {
    const colours: Rgb[] = [
      [0, 0, 0],
      [12, 200, 77],
      [250, 164, 194],
      [255, 255, 255],
    ];
    for (const rgb of colours) {
      expectAllClose(oklabToRgb(rgbToOklab(...rgb)), rgb, { absolute: 0.05 });
    }
  });

  it('sees a shaded colour as near its paint, but for a distance', () => {
    const red = rgbToOklab(212, 28, 36);
    const shadedRed = rgbToOklab(159, 21, 27);
    expect(shadedDistance(shadedRed, red, 0.7, 1.1)).toBeLessThan(0.02);
    expect(colourDistance(shadedRed, red)).toBeGreaterThan(0.08);
    expect(shadedDistance(shadedRed, red, 0.95, 1.1)).toBeGreaterThan(0.05);
    expect(shadedDistance(rgbToOklab(126, 62, 182), red, 0.7, 1.1)).toBeGreaterThan(0.2);
  });
});
