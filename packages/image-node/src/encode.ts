/** Encodes an RGB image as PNG, WebP or JPEG. The same image always gives the same bytes. */

import { ConfigError, type RgbImage } from '@t2i/core';
import type { Sharp, default as sharp } from 'sharp';
import { loadSharp } from './load-sharp.ts';
import { assertImage } from './size.ts';
import { encodeSmallPng } from './small-png.ts';

/** Up to this many pixels of a PNG sharp's pipeline costs more than the work itself. */
const SMALL = 2 ** 14;
/** The highest level is 9. Five costs seven times as much and gains 1 dB at the same size (flowers of 76 × 76 in sheets of 1216 × 1216). */
const AVIF_EFFORT = 3;

/** Most pixels per side, as the formats define them; for PNG, as memory allows. */
const MOST_PIXELS = { png: 2 ** 16, webp: 2 ** 14 - 1, jpeg: 65_500, avif: 2 ** 14 } as const;

export type ImageFormat = 'png' | 'webp' | 'jpeg' | 'avif';

export interface EncodeImageOptions {
  /** Default `png`. */
  readonly format?: ImageFormat;
  /** Quality of the lossy formats, 1 … 100; default 90. PNG ignores it. */
  readonly quality?: number;
}

/**
 * Encodes an image. PNG is lossless; WebP, JPEG and AVIF are lossy, the latter two without chroma subsampling (small images show it).
 * Bytes depend only on the image, the options and the version of sharp: there is no time and no metadata.
 * @throws ConfigError for a size that the format does not allow, data that does not fit the size, or unknown options
 */
export async function encodeImage(
  image: RgbImage,
  { format = 'png', quality = 90 }: EncodeImageOptions = {},
): Promise<Uint8Array> {
  assertEncodable(image, format, quality);
  if (format === 'png' && image.width * image.height <= SMALL) return encodeSmallPng(image);
  const pipeline = fromRgb(await loadSharp(), image);
  switch (format) {
    case 'png':
      return toBytes(pipeline.png({ compressionLevel: 9 }));
    case 'webp':
      return toBytes(pipeline.webp({ quality }));
    case 'jpeg':
      return toBytes(pipeline.jpeg({ quality, chromaSubsampling: '4:4:4' }));
    case 'avif':
      return toBytes(pipeline.avif({ quality, chromaSubsampling: '4:4:4', effort: AVIF_EFFORT }));
  }
}

function assertEncodable(image: RgbImage, format: ImageFormat, quality: number): void {
  if (!Object.hasOwn(MOST_PIXELS, format)) {
    throw new ConfigError(`Images cannot be written as ${JSON.stringify(format)}.`, {
      hint: `Take one of ${Object.keys(MOST_PIXELS).join(', ')}.`,
    });
  }
  assertQuality(quality);
  assertImage(image, MOST_PIXELS[format]);
}

/** @throws ConfigError unless it is a whole number from 1 to 100 */
export function assertQuality(quality: number): void {
  if (Number.isInteger(quality) && quality >= 1 && quality <= 100) return;
  throw new ConfigError(`The quality of an image is a whole number from 1 to 100, not ${quality}.`);
}

/** A sharp pipeline that starts at the image's pixels. */
export function fromRgb(library: typeof sharp, { data, width, height }: RgbImage): Sharp {
  assertImage({ data, width, height });
  return library(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
}

/** Runs a pipeline that ends in an encoder. */
export async function toBytes(pipeline: Sharp): Promise<Uint8Array> {
  const { buffer, byteOffset, length } = await pipeline.toBuffer();
  return new Uint8Array(buffer, byteOffset, length);
}

/** Runs a pipeline that ends in pixels. Puts transparency on white. */
export async function toRgb(pipeline: Sharp): Promise<RgbImage> {
  const { data, info } = await pipeline
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width: info.width, height: info.height };
}
