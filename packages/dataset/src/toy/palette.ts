/** The colours of toy flowers. */

import type { Rng } from '@t2i/core';
import type { Background, CentreColour, PetalColour } from './attributes.ts';
import type { Rgb } from './oklab.ts';
import { oklabToRgb, rgbToOklab } from './oklab.ts';

export const PETAL_RGB: Readonly<Record<PetalColour, Rgb>> = {
  white: [248, 246, 242],
  yellow: [251, 216, 44],
  orange: [247, 138, 30],
  red: [212, 28, 36],
  pink: [249, 164, 194],
  magenta: [214, 28, 142],
  purple: [126, 62, 182],
  blue: [52, 90, 216],
};

export const CENTRE_RGB: Readonly<Record<CentreColour, Rgb>> = {
  yellow: [250, 205, 48],
  white: [250, 249, 240],
  brown: [98, 58, 30],
  green: [112, 168, 58],
};

/** The mean colour of each background. Texture varies around it. */
export const BACKGROUND_RGB: Readonly<Record<Background, Rgb>> = {
  leaves: [58, 104, 44],
  dark: [24, 26, 34],
  sky: [142, 194, 238],
  sand: [209, 184, 146],
};

/** A colour near `rgb`: lightness ± 0.025, chroma ± 7 %, hue ± 5°. */
export function jitterColour(rgb: Rgb, rng: Rng): Rgb {
  const [lightness, a, b] = rgbToOklab(...rgb);
  const chroma = rng.uniform(0.93, 1.07);
  const angle = rng.uniform(-0.09, 0.09);
  const cos = chroma * Math.cos(angle);
  const sin = chroma * Math.sin(angle);
  return oklabToRgb([lightness + rng.uniform(-0.025, 0.025), a * cos - b * sin, a * sin + b * cos]);
}
