/**
 * Images as PNG files, in browsers and Node. A canvas would do with less code, but browsers that protect against
 * fingerprinting give back other pixels than were put into it.
 */

import type { RgbImage } from '@t2i/core';
import { deflate } from '../inflate.ts';
import { assemblePng, filterRows } from './png-file.ts';

/** A lossless file of 8 bits a channel. */
export async function encodePng(image: RgbImage): Promise<Uint8Array<ArrayBuffer>> {
  return assemblePng(image.width, image.height, await deflate(filterRows(image)));
}
