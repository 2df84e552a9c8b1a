/** Copies images onto images. */

import type { RgbImage } from '@t2i/core';
import { assert } from '@t2i/core';

/** Copies `source` into `target` with its top left corner at (`left`, `top`). */
export function paste(target: RgbImage, source: RgbImage, left: number, top: number): void {
  assert(
    left >= 0 && top >= 0 && left + source.width <= target.width && top + source.height <= target.height,
    `${source.width}×${source.height} at (${left}, ${top}) leaves ${target.width}×${target.height}`,
  );
  for (let y = 0; y < source.height; y++) {
    const row = source.data.subarray(y * source.width * 3, (y + 1) * source.width * 3);
    target.data.set(row, ((top + y) * target.width + left) * 3);
  }
}
