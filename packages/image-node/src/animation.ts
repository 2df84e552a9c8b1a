/** A sequence of RGB pictures as one animated WebP or GIF. */

import type { RgbImage } from '@t2i/core';
import { assert } from '@t2i/core';
import { toBytes } from './encode.ts';
import { loadSharp } from './load-sharp.ts';

export type AnimationFormat = 'webp' | 'gif';

export interface EncodeAnimationOptions {
  readonly format: AnimationFormat;
  /** Milliseconds each frame stays, one number for all or one per frame. GIF rounds to hundredths of a second. */
  readonly delay: number | readonly number[];
  /** How often it plays; 0 (the default) plays it for ever. */
  readonly loop?: number;
  /** Of WebP, 1 … 100; default 80. */
  readonly quality?: number;
}

/** Encodes frames of one size. They are held in memory together, 3 bytes a pixel. */
export async function encodeAnimation(
  frames: readonly RgbImage[],
  { format, delay, loop = 0, quality = 80 }: EncodeAnimationOptions,
): Promise<Uint8Array> {
  const first = frames[0];
  assert(first !== undefined, 'encodeAnimation needs at least one frame');
  const { width, height } = first;
  const delays = typeof delay === 'number' ? frames.map(() => delay) : [...delay];
  assert(delays.length === frames.length, `${frames.length} frames have ${delays.length} delays`);

  // libvips takes an animation as one tall picture cut into pages
  const pages = new Uint8Array(frames.length * width * height * 3);
  frames.forEach((frame, i) => {
    assert(frame.width === width && frame.height === height, 'frames of one animation must share one size');
    pages.set(frame.data, i * width * height * 3);
  });
  const sharp = await loadSharp();
  const pipeline = sharp(pages, {
    raw: { width, height: height * frames.length, channels: 3, pageHeight: height },
    limitInputPixels: false,
  });
  return toBytes(
    format === 'gif' ? pipeline.gif({ delay: delays, loop }) : pipeline.webp({ delay: delays, loop, quality }),
  );
}
