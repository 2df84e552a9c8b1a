/** Compressed images to RGB bytes, resized as the authors' loader does: the aspect ratio is ignored (`donkey_folder_txt.lua:69-80`). */

import type { RgbImage } from '@t2i/core';
import { assert, DatasetError, errorMessage } from '@t2i/core';
import sharp from 'sharp';

/** Side limits of what is decoded; a small file must not claim a picture that fills the memory. */
const MAX_PIXELS = 2 ** 28;

export interface DecodeSize {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * Decodes JPEG, PNG, WebP, GIF (first frame), TIFF or AVIF to 8-bit sRGB, upright by its EXIF orientation,
 * transparency laid over white. With `size` the picture is stretched to it (antialiased bicubic).
 * @throws DatasetError when the bytes are not a whole image
 */
export async function decodeImage(bytes: Uint8Array, size?: DecodeSize): Promise<RgbImage> {
  try {
    let pipeline = sharp(bytes, { failOn: 'error', limitInputPixels: MAX_PIXELS })
      .autoOrient()
      .flatten({ background: 'white' })
      .toColourspace('srgb');
    if (size) pipeline = pipeline.resize({ ...size, fit: 'fill', kernel: 'cubic' });
    const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    assert(info.channels === 3, `decoded image has ${info.channels} channels`);
    return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width: info.width, height: info.height };
  } catch (cause) {
    throw new DatasetError(`The image cannot be decoded: ${errorMessage(cause)}.`, {
      hint: 'Copy or download it again, or remove it.',
      cause,
    });
  }
}
