/** Views of a photo for training and evaluation (Reed et al. 2016, CVPR, section 5: crops and flips of a larger photo). */

import { assert, type RgbImage } from '@t2i/core';

/** The whole photo, stretched, for evaluation. */
export const WHOLE_VIEW = 'whole';

/** Position of a crop between left (0) and right (1), top (0) and bottom (1). */
const PLACES = {
  middle: [0.5, 0.5],
  'upper-left': [0, 0],
  'upper-right': [1, 0],
  'lower-left': [0, 1],
  'lower-right': [1, 1],
} as const;

const FLIPPED = '-flipped';

/** The ten crops for training, in the authors' order: five places, then the same mirrored. */
export const CROP_VIEWS: readonly string[] = [
  ...Object.keys(PLACES),
  ...Object.keys(PLACES).map((place) => `${place}${FLIPPED}`),
];

/** All views. */
export const VIEWS: readonly string[] = [WHOLE_VIEW, ...CROP_VIEWS];

/** Resizes a photo to the size from which views are cut. */
export type Resize = (photo: RgbImage, width: number, height: number) => RgbImage;

/** Share of the shorter side that a crop covers: 224 of 256 pixels. */
const CROP_SHARE = 224 / 256;

/** A view of `side` × `side` pixels. Crops are cut from the photo resized to a shorter side of `side` · 256 / 224. */
export function cutView(photo: RgbImage, view: string, side: number, resize: Resize): RgbImage {
  if (view === WHOLE_VIEW) return resize(photo, side, side);
  const place = PLACES[view.replace(FLIPPED, '') as keyof typeof PLACES];
  assert(place !== undefined, `there is no view "${view}"`);
  const shorter = Math.round(side / CROP_SHARE);
  const scale = shorter / Math.min(photo.width, photo.height);
  const width = Math.max(side, Math.round(photo.width * scale));
  const height = Math.max(side, Math.round(photo.height * scale));
  const resized = width === photo.width && height === photo.height ? photo : resize(photo, width, height);
  const left = Math.floor((width - side) * place[0]);
  const top = Math.floor((height - side) * place[1]);
  return crop(resized, left, top, side, view.endsWith(FLIPPED));
}

function crop({ data, width }: RgbImage, left: number, top: number, side: number, flipped: boolean): RgbImage {
  const cut = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = ((top + y) * width + left + (flipped ? side - 1 - x : x)) * 3;
      cut.set(data.subarray(from, from + 3), (y * side + x) * 3);
    }
  }
  return { data: cut, width: side, height: side };
}
