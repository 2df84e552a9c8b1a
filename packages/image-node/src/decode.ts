/**
 * Compressed images to RGB bytes, resized as the authors' loader does: the aspect ratio is ignored (`donkey_folder_txt.lua:69-80`).
 *
 * How photos become the pictures of a prepared set is decided here, once: sharp decodes every file whole and accurately, and
 * `resizeBicubic` shrinks it. All 8,189 photos of Oxford-102 come out as Pillow makes them, bit for bit. The faster ways were compared
 * with that on 200 photos shrunk to 76 × 76 (in brackets: photos twice as large): a decoder that shrinks while it decodes is 1.2 (2.0)
 * levels off on average and up to 56 (76), which can be seen; sharp's own cubic 0.35 (0.85) and up to 13 (28). It also may change with
 * sharp. Stored photos are the real side of the Fréchet distance, which depends on how they were shrunk (Parmar et al. 2022).
 */

import type { RgbImage } from '@t2i/core';
import { DatasetError, errorMessage } from '@t2i/core';
import { resizeBicubic } from './bicubic.ts';
import { toRgb } from './encode.ts';
import { loadSharp } from './load-sharp.ts';

/** A small file must not claim a picture that fills the memory. */
const MAX_PIXELS = 2 ** 28;

export interface DecodeSize {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * Decodes JPEG, PNG, WebP, GIF (first frame), TIFF or AVIF to 8-bit sRGB, upright by its EXIF orientation,
 * transparency laid over white. With `size` the picture is stretched to it (antialiased bicubic, Pillow's).
 * @throws DatasetError when the bytes are not a whole image
 */
export async function decodeImage(bytes: Uint8Array, size?: DecodeSize): Promise<RgbImage> {
  const image = await decodeWhole(bytes);
  return size === undefined ? image : resizeBicubic(image, size.width, size.height);
}

async function decodeWhole(bytes: Uint8Array): Promise<RgbImage> {
  const sharp = await loadSharp();
  try {
    // sequentialRead saves memory on huge pictures and costs time on small ones
    const options = { failOn: 'error', limitInputPixels: MAX_PIXELS, sequentialRead: false } as const;
    return await toRgb(sharp(bytes, options).autoOrient());
  } catch (cause) {
    throw new DatasetError(`The image cannot be decoded: ${errorMessage(cause)}.`, {
      hint: 'Copy or download it again, or remove it.',
      cause,
    });
  }
}
