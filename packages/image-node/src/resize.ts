/** Shrinking and enlarging RGB images. */

import type { RgbImage } from '@t2i/core';
import { fromRgb, toRgb } from './encode.ts';
import { loadSharp } from './load-sharp.ts';
import { assertImage, assertSize } from './size.ts';

/**
 * Resizes to `width` pixels across, keeping the aspect ratio (sharp's Lanczos, antialiased): for the eye, not for measuring.
 * @throws ConfigError when a side would not be a whole number from 1 to 2¹⁴
 */
export async function resizeImage(image: RgbImage, width: number): Promise<RgbImage> {
  assertImage(image);
  assertSize({ width, height: Math.max(1, Math.round((image.height * width) / image.width)) });
  return toRgb(fromRgb(await loadSharp(), image).resize({ width }));
}
