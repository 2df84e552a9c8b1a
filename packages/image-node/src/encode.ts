/** One RGB picture to PNG, WebP or JPEG bytes; the same picture always gives the same bytes. */

import type { RgbImage } from '@t2i/core';
import { assertShape } from '@t2i/core';
import type { Sharp, default as sharp } from 'sharp';
import { loadSharp } from './load-sharp.ts';
import { encodeSmallPng } from './small-png.ts';

/** Pixels of a PNG up to which sharp's pipeline costs more than the work itself. */
const SMALL = 2 ** 14;
/** Of 9. Five costs seven times as much and gains 1 dB at the same size (flowers of 76 × 76 in sheets of 1216 × 1216). */
const AVIF_EFFORT = 3;

export type ImageFormat = 'png' | 'webp' | 'jpeg' | 'avif';

export interface EncodeImageOptions {
  /** Default `png`. */
  readonly format?: ImageFormat;
  /** Of the lossy formats, 1 … 100; default 90. PNG ignores it. */
  readonly quality?: number;
}

/**
 * Encodes a picture. PNG is lossless; WebP, JPEG and AVIF are lossy, the latter two without chroma subsampling (small pictures show it).
 * Bytes depend on the picture, the options and the version of sharp only: no time, no metadata.
 */
export async function encodeImage(
  image: RgbImage,
  { format = 'png', quality = 90 }: EncodeImageOptions = {},
): Promise<Uint8Array> {
  assertShape('image', image.data, [image.height, image.width, 3]);
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

/** A sharp pipeline that starts at the picture's pixels. */
export function fromRgb(library: typeof sharp, { data, width, height }: RgbImage): Sharp {
  assertShape('image', data, [height, width, 3]);
  return library(data, { raw: { width, height, channels: 3 } });
}

/** Runs a pipeline that ends in an encoder. */
export async function toBytes(pipeline: Sharp): Promise<Uint8Array> {
  const { buffer, byteOffset, length } = await pipeline.toBuffer();
  return new Uint8Array(buffer, byteOffset, length);
}

/** Runs a pipeline that ends in pixels; transparency is laid over white. */
export async function toRgb(pipeline: Sharp): Promise<RgbImage> {
  const { data, info } = await pipeline
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width: info.width, height: info.height };
}
