/** A sequence of RGB images as one animated WebP or GIF. */

import { ConfigError, type RgbImage } from '@t2i/core';
import { assertQuality, toBytes } from './encode.ts';
import { loadSharp } from './load-sharp.ts';
import { assertImage } from './size.ts';

/** Most pixels per side, as the formats define them. */
const MOST_PIXELS = { webp: 2 ** 14 - 1, gif: 2 ** 16 - 1 } as const;
/** Largest delay in milliseconds, and largest number of repetitions. */
const MOST = 2 ** 16 - 1;

export type AnimationFormat = 'webp' | 'gif';

export interface EncodeAnimationOptions {
  readonly format: AnimationFormat;
  /** Milliseconds per frame: one number for all, or one per frame. GIF rounds to hundredths of a second. */
  readonly delay: number | readonly number[];
  /** Number of repetitions; 0 (the default) repeats for ever. */
  readonly loop?: number;
  /** Quality of WebP, 1 … 100; default 80. */
  readonly quality?: number;
}

/**
 * Encodes frames of one size. All are in memory together, 3 bytes per pixel.
 * @throws ConfigError for invalid frames or options
 */
export async function encodeAnimation(
  frames: readonly RgbImage[],
  { format, delay, loop = 0, quality = 80 }: EncodeAnimationOptions,
): Promise<Uint8Array> {
  const delays = typeof delay === 'number' ? frames.map(() => delay) : [...delay];
  const { width, height } = assertFrames(frames, format);
  if (delays.length !== frames.length) throw new ConfigError(`${frames.length} frames have ${delays.length} delays.`);
  for (const value of [...delays, loop]) assertCount(value);
  assertQuality(quality);

  // libvips takes an animation as one tall image cut into pages
  const pages = new Uint8Array(frames.length * width * height * 3);
  for (const [i, frame] of frames.entries()) pages.set(frame.data, i * width * height * 3);
  const sharp = await loadSharp();
  const pipeline = sharp(pages, {
    raw: { width, height: height * frames.length, channels: 3, pageHeight: height },
    limitInputPixels: false,
  });
  return toBytes(
    format === 'gif' ? pipeline.gif({ delay: delays, loop }) : pipeline.webp({ delay: delays, loop, quality }),
  );
}

/** The first frame. All others have its size. */
function assertFrames(frames: readonly RgbImage[], format: AnimationFormat): RgbImage {
  const [first] = frames;
  if (first === undefined) throw new ConfigError('An animation needs at least one frame.');
  if (!Object.hasOwn(MOST_PIXELS, format)) {
    throw new ConfigError(`Animations cannot be written as ${JSON.stringify(format)}.`, { hint: 'Take webp or gif.' });
  }
  for (const frame of frames) {
    assertImage(frame, MOST_PIXELS[format]);
    if (frame.width === first.width && frame.height === first.height) continue;
    throw new ConfigError('The frames of an animation must share one size.');
  }
  return first;
}

function assertCount(value: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= MOST) return;
  throw new ConfigError(`Delays and repetitions of an animation are whole numbers from 0 to ${MOST}, not ${value}.`);
}
