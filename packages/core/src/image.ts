/** Pixels as bytes, and grids of them. */

import type { ImageBatch } from './model.ts';
import { assert, assertShape } from './shape.ts';

/** One RGB image, rows from the top, 3 bytes per pixel. */
export interface RgbImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** [-1, 1] → 0 … 255, rounded to nearest, clamped. */
export function toByte(value: number): number {
  return Math.max(0, Math.min(255, Math.round((value + 1) * 127.5)));
}

/** 0 … 255 → [-1, 1]. */
export function fromByte(byte: number): number {
  return byte / 127.5 - 1;
}

/** The images of a batch, as bytes. */
export function toRgbImages(batch: ImageBatch): RgbImage[] {
  const [n, height, width] = batch.shape;
  assertShape('image batch', batch.data, batch.shape);
  const length = height * width * 3;
  return Array.from({ length: n }, (_, i) => ({
    width,
    height,
    data: toBytes(batch.data.subarray(i * length, (i + 1) * length)),
  }));
}

// The array rounds and clamps by itself, six times as fast as `toByte`. It rounds halves to even; the only half is 127.5 → 128.
function toBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8ClampedArray(values.length);
  for (let i = 0; i < values.length; i++) bytes[i] = (values[i]! + 1) * 127.5;
  return new Uint8Array(bytes.buffer);
}

/** Images of one size as a batch in [-1, 1]. */
export function toImageBatch(images: readonly RgbImage[]): ImageBatch {
  const first = images[0];
  assert(first !== undefined, 'toImageBatch needs at least one image');
  const { width, height } = first;
  const length = height * width * 3;
  const data = new Float32Array(images.length * length);
  images.forEach((image, i) => {
    assert(image.width === width && image.height === height, 'images of one batch must share one size');
    for (let k = 0; k < length; k++) data[i * length + k] = fromByte(image.data[k]!);
  });
  return { data, shape: [images.length, height, width, 3] };
}

export interface GridOptions {
  readonly columns: number;
  /** Pixels between and around the images. */
  readonly gap?: number;
  /** Grey value of the gap, 0 … 255. */
  readonly background?: number;
}

/** Arranges images of one size in rows, left to right, top to bottom. */
export function imageGrid(images: readonly RgbImage[], { columns, gap = 2, background = 255 }: GridOptions): RgbImage {
  const first = images[0];
  assert(first !== undefined && columns >= 1, 'imageGrid needs at least one image and one column');
  const across = Math.min(columns, images.length);
  const down = Math.ceil(images.length / across);
  const width = across * first.width + (across + 1) * gap;
  const height = down * first.height + (down + 1) * gap;
  const data = new Uint8Array(width * height * 3).fill(background);
  images.forEach((image, i) => {
    assert(image.width === first.width && image.height === first.height, 'images of one grid must share one size');
    const left = gap + (i % across) * (first.width + gap);
    const top = gap + Math.floor(i / across) * (first.height + gap);
    for (let y = 0; y < image.height; y++) {
      const row = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
      data.set(row, ((top + y) * width + left) * 3);
    }
  });
  return { data, width, height };
}

/** Enlarges by an integer factor. Each pixel becomes a square, so that small samples look as they are. */
export function enlarge(image: RgbImage, factor: number): RgbImage {
  assert(Number.isInteger(factor) && factor >= 1, `enlarge needs a whole factor ≥ 1, got ${factor}`);
  const width = image.width * factor;
  const height = image.height * factor;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (Math.floor(y / factor) * image.width + Math.floor(x / factor)) * 3;
      data.set(image.data.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { data, width, height };
}
