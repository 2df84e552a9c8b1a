import { type RgbImage, Rng } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { decodeImage, encodeImage } from './index.ts';

/** A gradient with a red edge: 12 × 8, no two rows or columns alike. */
function picture(): RgbImage {
  const data = new Uint8Array(12 * 8 * 3);
  for (let i = 0; i < 12 * 8; i++) data.set([i % 12 === 11 ? 255 : 0, i * 2, 255 - i], i * 3);
  return { data, width: 12, height: 8 };
}

describe('encodeImage', () => {
  it('keeps every pixel in a PNG', async () => {
    const png = await encodeImage(picture());
    expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    expect(await decodeImage(png)).toEqual(picture());
  });

  it.each([
    [1, 1],
    [3, 200],
    [64, 64],
    [200, 100],
  ])('keeps every pixel of noise in a PNG of %i × %i', async (width, height) => {
    const rng = new Rng(1);
    const image = { data: Uint8Array.from({ length: width * height * 3 }, () => rng.integer(256)), width, height };
    expect(await decodeImage(await encodeImage(image))).toEqual(image);
  });

  it.each(['webp', 'jpeg', 'avif'] as const)('keeps size and colours in a %s', async (format) => {
    const decoded = await decodeImage(await encodeImage(picture(), { format, quality: 100 }));
    expect(decoded).toMatchObject({ width: 12, height: 8 });
    const difference = decoded.data.reduce((sum, byte, i) => sum + Math.abs(byte - picture().data[i]!), 0);
    expect(difference / decoded.data.length).toBeLessThan(12);
  });

  it.each(['png', 'webp', 'jpeg', 'avif'] as const)('gives the same bytes twice as %s', async (format) => {
    expect(await encodeImage(picture(), { format })).toEqual(await encodeImage(picture(), { format }));
  });

  it('refuses a picture whose data does not fill its size', async () => {
    await expect(encodeImage({ data: new Uint8Array(5), width: 2, height: 1 })).rejects.toThrow('5 elements');
  });
});
