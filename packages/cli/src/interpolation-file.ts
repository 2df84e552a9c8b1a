/** Rows of interpolated images as one file: a grid, or an animation. */

import { imageGrid, type RgbImage } from '@t2i/core';
import { encodeAnimation, encodeImage } from '@t2i/image-node';
import { animationFormat, imageFormat } from './flags.ts';

const DELAY = 100; // ms per frame

/**
 * Makes a function that encodes rows in the format of the file name.
 * @throws ConfigError for an unknown format
 */
export function interpolationEncoder(
  path: string,
  { animate, steps, rows }: { readonly animate: boolean; readonly steps: number; readonly rows: number },
): (images: readonly (readonly RgbImage[])[]) => Promise<Uint8Array> {
  if (!animate) {
    const format = imageFormat(path);
    return (images) => encodeImage(imageGrid(images.flat(), { columns: steps }), { format });
  }
  const format = animationFormat(path);
  const columns = Math.ceil(Math.sqrt(rows));
  return (images) => {
    const frame = (step: number) =>
      imageGrid(
        images.map((row) => row[step]!),
        { columns },
      );
    const frames = Array.from({ length: steps }, (_, step) => frame(step));
    return encodeAnimation([...frames, ...frames.slice(1, -1).reverse()], { format, delay: DELAY }); // there and back
  };
}
