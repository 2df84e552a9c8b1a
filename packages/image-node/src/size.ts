/** Checks image sizes before native code or an allocation uses them. */

import { ConfigError, type RgbImage } from '@t2i/core';

/** Most pixels per side of decoded or resized images. */
export const MAX_SIDE = 2 ** 14;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** @throws ConfigError unless both sides are whole numbers from 1 to `most` */
export function assertSize({ width, height }: Size, most = MAX_SIDE): void {
  const fits = (side: number) => Number.isInteger(side) && side >= 1 && side <= most;
  if (fits(width) && fits(height)) return;
  throw new ConfigError(`An image cannot be ${width} × ${height} pixels here.`, {
    hint: `Take whole numbers from 1 to ${most}.`,
  });
}

/** @throws ConfigError unless the sides are whole numbers from 1 to `most` and the data has as many bytes as they require */
export function assertImage({ data, width, height }: RgbImage, most = Number.MAX_SAFE_INTEGER): void {
  assertSize({ width, height }, most);
  const bytes = width * height * 3;
  if (data.BYTES_PER_ELEMENT === 1 && data.length === bytes) return;
  throw new ConfigError(
    `An image of ${width} × ${height} pixels is ${bytes} bytes; this one has ${data.length} elements of ${data.BYTES_PER_ELEMENT} bytes.`,
    { hint: 'Give it as RGB, three bytes a pixel, in a Uint8Array.' },
  );
}
