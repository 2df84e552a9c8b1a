/**
 * Encodes images as PNG files in browsers and Node. A canvas would need less code, but browsers that protect against
 * fingerprinting return changed pixels.
 */

import type { RgbImage } from '@t2i/core';
import { deflate } from '../inflate.ts';
import { assemblePng, filterRows } from './png-file.ts';

/** Encodes losslessly with 8 bits per channel. */
export async function encodePng(image: RgbImage): Promise<Uint8Array<ArrayBuffer>> {
  return assemblePng(image.width, image.height, await deflate(filterRows(image)));
}
