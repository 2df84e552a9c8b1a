/**
 * Decodes compressed images to RGB bytes and resizes them like the authors' loader, without the aspect ratio
 * (`donkey_folder_txt.lua:69-80`).
 *
 * This module defines how photos become the images of a prepared set: sharp decodes every file completely and accurately, and
 * `resizeBicubic` shrinks it. All 8,189 photos of Oxford-102 equal Pillow's bit for bit. Faster methods were compared with this on
 * 200 photos shrunk to 76 × 76 (in parentheses: photos twice as large). A decoder that shrinks while it decodes differs by 1.2 (2.0)
 * levels on average and up to 56 (76), which is visible. sharp's own cubic differs by 0.35 (0.85) and up to 13 (28), and may change
 * with sharp. Stored photos are the real side of the Fréchet distance, which depends on the method (Parmar et al. 2022).
 */

import type { RgbImage } from '@t2i/core';
import { ConfigError, DatasetError, errorMessage } from '@t2i/core';
import { firstGifFrame, sniffImage, withExifFirst } from '@t2i/formats';
import type sharp from 'sharp';
import type { Metadata } from 'sharp';
import { resizeBicubic } from './bicubic.ts';
import { toRgb } from './encode.ts';
import { loadSharp } from './load-sharp.ts';
import { MemoryGate, memoryOfProcess } from './memory-gate.ts';
import { assertSize, MAX_SIDE } from './size.ts';

/** 8192 × 8192. A file of 500 bytes may claim any size, and a progressive JPEG of this one takes 0.6 GB while it is decoded. */
const MAX_PIXELS = 2 ** 26;
/** Up to this size an image is decoded in memory as a whole, which is faster. Larger ones are decoded row by row if the format allows. */
const SMALL_PIXELS = 2 ** 22;
/** Most bytes per pixel while decoding: AVIF needs this much, a progressive JPEG 10, others 4 to 8. */
const BYTES_PER_PIXEL = 16;

/** The memory for all decoding of the process: images of 12 megapixels run five at a time, one of 64 runs alone. */
const memory = new MemoryGate(Math.min(2 ** 30, memoryOfProcess() / 4));

export interface DecodeSize {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

export interface DecodeLimits {
  /** Largest width × height of the file, up to 2²⁸; default 2²⁶. No side may have more than 2¹⁴ pixels. */
  readonly maxPixels?: number | undefined;
}

/**
 * Decodes JPEG, PNG, WebP, GIF, TIFF or AVIF (the first frame or page) to 8-bit sRGB, upright by its EXIF orientation,
 * transparency on white. With `size` the image is stretched to it (antialiased bicubic, as in Pillow).
 * The size is checked before anything is decoded. Images that do not fit into memory together wait for each other.
 * @throws DatasetError if the bytes are not a complete image, or the image is too large
 */
export async function decodeImage(
  bytes: Uint8Array,
  size?: DecodeSize,
  { maxPixels = MAX_PIXELS }: DecodeLimits = {},
): Promise<RgbImage> {
  if (size !== undefined) assertSize(size);
  if (!(Number.isInteger(maxPixels) && maxPixels >= 1 && maxPixels <= MAX_SIDE ** 2)) {
    throw new ConfigError(`maxPixels must be a whole number from 1 to ${MAX_SIDE ** 2}, got ${maxPixels}.`);
  }
  const { photo, other = 'in an unknown format' } = sniffImage(bytes);
  if (photo === undefined) {
    throw new DatasetError(`The image cannot be decoded: it is ${other}.`, {
      hint: 'Convert it to a JPEG, PNG, WebP, GIF, TIFF or AVIF, or remove it.',
    });
  }
  const sharp = await loadSharp();
  const file = photo === 'PNG' ? withExifFirst(bytes) : bytes;
  const header = await orDamaged(sharp(file, { limitInputPixels: false }).metadata());
  assertDecodable(header, maxPixels);
  return memory.run(header.width * header.height * BYTES_PER_PIXEL, async () => {
    const image = await orDamaged(decodeWhole(sharp, file, header));
    return size === undefined ? image : resizeBicubic(image, size.width, size.height);
  });
}

function assertDecodable({ width, height, depth }: Metadata, maxPixels: number): void {
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > maxPixels) {
    const limit = `at most ${MAX_SIDE} pixels a side and ${maxPixels} in all are decoded`;
    throw new DatasetError(`The image cannot be decoded: it is ${width} × ${height} pixels, ${limit}.`, {
      hint: 'Shrink it, remove it, or allow more pixels (maxPixels; --max-pixels of "t2i dataset prepare directory").',
    });
  }
  if (depth === 'uchar' || depth === 'ushort') return;
  // for other numbers the value of white is unknown
  throw new DatasetError(`The image cannot be decoded: its samples are of type ${depth}, not of 8 or 16 bits.`, {
    hint: 'Convert it to 8 bits a channel, or remove it.',
  });
}

async function decodeWhole(library: typeof sharp, file: Uint8Array, header: Metadata): Promise<RgbImage> {
  const pixels = header.width * header.height;
  const sequentialRead = pixels > SMALL_PIXELS;
  // "warning" is the strictest: a JPEG that ends properly but before its last pixel causes a warning
  const pipeline = library(file, { failOn: 'warning', limitInputPixels: pixels, sequentialRead }).autoOrient();
  // pixels that no frame of a GIF covers are transparent; the decoder leaves them black in files without a transparent colour
  const frame = header.format === 'gif' && !header.hasAlpha ? firstGifFrame(file) : undefined;
  if (frame === undefined) return toRgb(pipeline);
  const { left, top, width, height } = frame;
  const [right, bottom] = [header.width - left - width, header.height - top - height];
  return toRgb(pipeline.extract(frame).extend({ left, top, right, bottom, background: 'white' }));
}

async function orDamaged<T>(decoding: Promise<T>): Promise<T> {
  try {
    return await decoding;
  } catch (cause) {
    // one fault often causes several lines, and the first says most
    const [fault] = errorMessage(cause).split(/[.:]?\s*(?:\n|$)/);
    throw new DatasetError(`The image cannot be decoded: ${fault}.`, {
      hint: 'Copy or download it again, or remove it.',
      cause,
    });
  }
}
