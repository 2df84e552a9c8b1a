/** Compressed images to RGB bytes, resized as the authors' loader does: the aspect ratio is ignored (`donkey_folder_txt.lua:69-80`). */

import type { RgbImage } from '@t2i/core';
import { DatasetError, errorMessage } from '@t2i/core';
import { resizeBicubic } from './bicubic.ts';
import { toRgb } from './encode.ts';
import { loadSharp } from './load-sharp.ts';
import { decodePlainJpeg } from './plain-jpeg.ts';

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
  const image = (await decodePlainJpeg(bytes, MAX_PIXELS)) ?? (await decodeAny(bytes));
  return size === undefined ? image : resizeBicubic(image, size.width, size.height);
}

async function decodeAny(bytes: Uint8Array): Promise<RgbImage> {
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
