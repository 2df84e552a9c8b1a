/** Shrinks and enlarges RGB images. */

import type { RgbImage } from '@t2i/core';
import { fromRgb, toRgb } from './encode.ts';
import { loadSharp } from './load-sharp.ts';
import { assertImage, assertSize } from './size.ts';

/**
 * Resizes to a width of `width` pixels and keeps the aspect ratio (sharp's Lanczos, antialiased). For viewing, not for measuring.
 * @throws ConfigError if a side would not be a whole number from 1 to 2¹⁴
 */
export async function resizeImage(image: RgbImage, width: number): Promise<RgbImage> {
  assertImage(image);
  assertSize({ width, height: Math.max(1, Math.round((image.height * width) / image.width)) });
  return toRgb(fromRgb(await loadSharp(), image).resize({ width }));
}
