/**
 * Plain JPEGs straight through libjpeg-turbo: four times as fast as the general path, whose set-up costs more than a small photo.
 * The decoder is an optional package; without it, and for every JPEG that needs more than decoding, the general path is taken.
 */

import type { RgbImage } from '@t2i/core';

const MARKER = 0xff;
const START_OF_SCAN = 0xda;
/** APP1 holds EXIF (an orientation), APP2 a colour profile, APP14 Adobe's colour transform. */
const NEEDS_MORE = new Set([0xe1, 0xe2, 0xee]);

type Decoder = typeof import('@julusian/jpeg-turbo');

let loading: Promise<Decoder | undefined> | undefined;

/** The picture, or nothing when this is no plain JPEG, is damaged, has more than `maxPixels`, or the decoder is not installed. */
export async function decodePlainJpeg(bytes: Uint8Array, maxPixels: number): Promise<RgbImage | undefined> {
  const size = plainJpegSize(bytes);
  if (size === undefined || size.width * size.height > maxPixels) return undefined;
  loading ??= import('@julusian/jpeg-turbo').then(
    (module) => module.default,
    () => undefined,
  );
  const decoder = await loading;
  if (decoder === undefined) return undefined;
  try {
    const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const data = Buffer.allocUnsafeSlow(size.width * size.height * 3);
    await decoder.decompress(input, data, { format: decoder.FORMAT_RGB });
    return { data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), ...size };
  } catch {
    return undefined; // the general path says what is wrong with it
  }
}

/** Width and height when the header is that of an 8-bit grey or YCbCr JPEG without orientation, colour profile or Adobe's marker. */
export function plainJpegSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  if (bytes[0] !== MARKER || bytes[1] !== 0xd8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let size: { width: number; height: number } | undefined;
  for (let at = 2; at + 10 <= bytes.length; at += 2 + view.getUint16(at + 2)) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== MARKER || NEEDS_MORE.has(marker)) return undefined;
    if (marker === START_OF_SCAN) return size;
    if (marker < 0xc0 || marker > 0xc2) continue; // not a baseline, extended or progressive frame
    const [bits, components] = [bytes[at + 4], bytes[at + 9]];
    if (bits !== 8 || (components !== 1 && components !== 3)) return undefined;
    size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
  }
  return undefined;
}
