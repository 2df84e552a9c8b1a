/** Shrinking and enlarging RGB pictures. */

import type { RgbImage } from '@t2i/core';
import { fromRgb, toRgb } from './encode.ts';
import { loadSharp } from './load-sharp.ts';

/** Resizes to `width` pixels across, keeping the aspect ratio (Lanczos, antialiased). */
export async function resizeImage(image: RgbImage, width: number): Promise<RgbImage> {
  return toRgb(fromRgb(await loadSharp(), image).resize({ width }));
}
