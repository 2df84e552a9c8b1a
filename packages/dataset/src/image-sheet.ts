/** Combines small square images into one. With one compressed file per image a third would be headers. */

import { assert, type RgbImage } from '@t2i/core';

const ACROSS = 16;
/** Images of a full sheet. */
export const PER_SHEET = ACROSS * ACROSS;

/** Width and height of a sheet. */
export function sheetSize(side: number, count: number): [width: number, height: number] {
  return [ACROSS * side, Math.ceil(count / ACROSS) * side];
}

/** @param pixels [n, side, side, 3], n ≤ {@link PER_SHEET}; unused places stay black */
export function sheetOf(pixels: Uint8Array, side: number): RgbImage {
  const count = pixels.length / (side * side * 3);
  assert(Number.isInteger(count) && count >= 1 && count <= PER_SHEET, `a sheet of ${count} images`);
  const [width, height] = sheetSize(side, count);
  const sheet = { data: new Uint8Array(width * height * 3), width, height };
  forEachRow(side, count, (inSheet, inPixels, length) => {
    sheet.data.set(pixels.subarray(inPixels, inPixels + length), inSheet);
  });
  return sheet;
}

/** The images of a sheet, [count, side, side, 3]. */
export function cutSheet({ data, width, height }: RgbImage, side: number, count: number): Uint8Array {
  assert([width, height].join() === sheetSize(side, count).join(), `a sheet of ${width} × ${height}`);
  const pixels = new Uint8Array(count * side * side * 3);
  forEachRow(side, count, (inSheet, inPixels, length) => {
    pixels.set(data.subarray(inSheet, inSheet + length), inPixels);
  });
  return pixels;
}

/** Byte positions of each row of each image in the sheet and in the pixels. */
function forEachRow(
  side: number,
  count: number,
  visit: (inSheet: number, inPixels: number, length: number) => void,
): void {
  const length = side * 3;
  for (let image = 0; image < count; image++) {
    const [left, top] = [(image % ACROSS) * length, Math.floor(image / ACROSS) * side];
    for (let row = 0; row < side; row++) {
      visit((top + row) * ACROSS * length + left, (image * side + row) * length, length);
    }
  }
}
