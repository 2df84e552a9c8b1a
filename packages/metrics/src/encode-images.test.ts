import type { ImageBatch, RgbImage } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { encodeImages } from './encode-images.ts';

/** Gives the mean of each image; its images have 4 pixels a side. */
const encoder = {
  dim: 1,
  imageSize: 4,
  async encode({ data, shape }: ImageBatch) {
    expect(shape.slice(1)).toEqual([4, 4, 3]);
    const mean = (i: number) => data.subarray(i * 48, (i + 1) * 48).reduce((sum, value) => sum + value / 48, 0);
    return { data: Float32Array.from({ length: shape[0] }, (_, i) => mean(i)), shape: [shape[0], 1] as const };
  },
};
const grey = (n: number, size: number, value: number): ImageBatch => ({
  data: new Float32Array(n * size * size * 3).fill(value),
  shape: [n, size, size, 3],
});
const resize = (image: RgbImage, width: number, height: number) => ({
  data: new Uint8Array(width * height * 3).fill(image.data[0]!),
  width,
  height,
});

describe('encodeImages', () => {
  it('resizes only when needed, rounds to bytes, and reports progress', async () => {
    const done: number[] = [];
    const batches = [grey(2, 4, 0.5), grey(1, 2, -1)];
    const { data, shape } = await encodeImages(batches, { encoder, resize, onProgress: (n) => done.push(n) });
    expect(shape).toEqual([3, 1]);
    const half = 191 / 127.5 - 1; // 0.5 is no byte
    expect(data[0]).toBeCloseTo(half, 6);
    expect(data[2]).toBeCloseTo(-1, 6);
    expect(done).toEqual([2, 3]);
  });

  it('stops when asked to', async () => {
    const abort = new AbortController();
    const batches = (function* () {
      yield grey(1, 4, 0);
      abort.abort();
      yield grey(1, 4, 0);
    })();
    await expect(encodeImages(batches, { encoder, resize, signal: abort.signal })).rejects.toThrow(/abort/i);
  });
});
