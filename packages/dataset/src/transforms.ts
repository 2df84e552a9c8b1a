/** A random view of a stored image: crop, mirror, scale to [-1, 1] (`donkey_folder_txt.lua:69-98` of the authors' code). */

import type { Rng } from '@t2i/core';
import { assert, ConfigError } from '@t2i/core';

/** The visible part of a stored image. */
export interface View {
  /** Pixels from the left and the top edge, 0 … storedSize − imageSize. */
  readonly left: number;
  readonly top: number;
  /** Mirrored left to right. */
  readonly flip: boolean;
}

/** @throws ConfigError if the crop would be larger than the stored image */
export function checkCrop(storedSize: number, imageSize: number): void {
  if (!Number.isInteger(imageSize) || imageSize < 1 || imageSize > storedSize) {
    throw new ConfigError(`Images of ${imageSize} pixels cannot be cut from stored ones of ${storedSize}.`, {
      hint: 'Prepare the data set again with a larger stored size, or train smaller images.',
    });
  }
}

/**
 * A crop at a random offset (76 → 64: 0 … 12), mirrored half of the time.
 * The authors' code draws offsets 1 … 12, so it never uses the first row and column. Here they are uniform over all.
 */
export function drawView(rng: Rng, storedSize: number, imageSize: number): View {
  const offsets = storedSize - imageSize + 1;
  return { left: rng.integer(offsets), top: rng.integer(offsets), flip: rng.integer(2) === 1 };
}

/** The centre of the image, not mirrored, for evaluation. */
export function centreView(storedSize: number, imageSize: number): View {
  const offset = Math.floor((storedSize - imageSize) / 2);
  return { left: offset, top: offset, flip: false };
}

/**
 * Cuts one view from each stored image and scales 0 … 255 to [-1, 1], also without augmentation
 * (the authors' `no_aug` path omits the scaling).
 * @param pixels RGB bytes [n, storedSize, storedSize, 3]
 * @returns [n, imageSize, imageSize, 3]
 */
export function cutViews(
  pixels: Uint8Array,
  storedSize: number,
  views: readonly View[],
  imageSize: number,
): Float32Array {
  assert(pixels.length === views.length * storedSize * storedSize * 3, `${pixels.length} bytes, ${views.length} views`);
  const out = new Float32Array(views.length * imageSize * imageSize * 3);
  let to = 0;
  views.forEach(({ left, top, flip }, i) => {
    const step = flip ? -3 : 3;
    for (let y = 0; y < imageSize; y++) {
      const row = ((i * storedSize + top + y) * storedSize + left) * 3;
      let from = flip ? row + (imageSize - 1) * 3 : row;
      for (let x = 0; x < imageSize; x++, from += step, to += 3) {
        out[to] = pixels[from]! / 127.5 - 1;
        out[to + 1] = pixels[from + 1]! / 127.5 - 1;
        out[to + 2] = pixels[from + 2]! / 127.5 - 1;
      }
    }
  });
  return out;
}
