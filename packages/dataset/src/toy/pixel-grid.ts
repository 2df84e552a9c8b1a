/** An image reduced to 32 × 32 colours, the only scale at which toy flowers are read. */

import type { ImageBatch } from '@t2i/core';
import { toByte } from '@t2i/core';
import type { Oklab } from './oklab.ts';
import { rgbToOklab } from './oklab.ts';

export const GRID_SIDE = 32;
const AREA = GRID_SIDE * GRID_SIDE;

/** GRID_SIDE² colours by rows from the top. Positions are in grid pixels, whose centres are at halves. */
export type PixelGrid = readonly Oklab[];

/** Image `index` of a batch of square images. Each grid pixel is the mean of the area that it covers. */
export function toPixelGrid({ data, shape: [, side] }: ImageBatch, index: number): PixelGrid {
  const image = data.subarray(index * side * side * 3, (index + 1) * side * side * 3);
  const rows = shrinkRows(transpose(shrinkRows(image, side, side), side, GRID_SIDE), GRID_SIDE, side);
  const byte = (i: number) => toByte(rows[i]!);
  const grid = Array.from({ length: AREA }, (_, i) => rgbToOklab(byte(3 * i), byte(3 * i + 1), byte(3 * i + 2)));
  return Array.from({ length: AREA }, (_, i) => grid[(i % GRID_SIDE) * GRID_SIDE + Math.floor(i / GRID_SIDE)]!);
}

/** [rows, width, 3] → [rows, GRID_SIDE, 3] by area. */
function shrinkRows(image: Float32Array, rows: number, width: number): Float32Array {
  if (width === GRID_SIDE) return image;
  const scale = width / GRID_SIDE;
  const out = new Float32Array(rows * GRID_SIDE * 3);
  for (let column = 0; column < GRID_SIDE; column++) {
    const [start, end] = [column * scale, (column + 1) * scale];
    for (let x = Math.floor(start); x < Math.min(width, Math.ceil(end)); x++) {
      const weight = (Math.min(x + 1, end) - Math.max(x, start)) / scale;
      for (let y = 0; y < rows; y++) {
        for (let channel = 0; channel < 3; channel++) {
          const i = (y * GRID_SIDE + column) * 3 + channel;
          out[i] = out[i]! + weight * image[(y * width + x) * 3 + channel]!;
        }
      }
    }
  }
  return out;
}

/** [rows, columns, 3] → [columns, rows, 3]. */
function transpose(image: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(image.length);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const from = (y * columns + x) * 3;
      out.set(image.subarray(from, from + 3), (x * rows + y) * 3);
    }
  }
  return out;
}
