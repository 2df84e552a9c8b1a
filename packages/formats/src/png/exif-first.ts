/** Moves EXIF data of a PNG before its pixels, because many decoders stop reading after them. */

import { concatenate, viewOf } from '../bytes.ts';
import { CHUNK_OVERHEAD, chunkType, SIGNATURE_AND_HEAD } from './png-file.ts';

/**
 * The same file with an `eXIf` chunk after `IDAT` moved before it. The format allows both positions
 * (PNG specification, third revision, section 5.6). The chunk contains the orientation of the image.
 */
export function withExifFirst(png: Uint8Array): Uint8Array {
  const view = viewOf(png);
  let pixelsSeen = false;
  for (let at = 8; at + CHUNK_OVERHEAD <= png.length; ) {
    const next = at + CHUNK_OVERHEAD + view.getUint32(at);
    const type = chunkType(png, at);
    if (next > png.length || (type === 'eXIf' && !pixelsSeen)) break;
    if (type === 'eXIf') {
      const parts = [png.subarray(0, SIGNATURE_AND_HEAD), png.subarray(at, next)];
      return concatenate([...parts, png.subarray(SIGNATURE_AND_HEAD, at), png.subarray(next)]);
    }
    pixelsSeen ||= type === 'IDAT';
    at = next;
  }
  return png;
}
