import { ConfigError, type RgbImage, Rng } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { decodeImage, encodeImage } from './index.ts';

/** A gradient with a red edge: 12 × 8, no two rows or columns alike. */
function image(): RgbImage {
  const data = new Uint8Array(12 * 8 * 3);
  for (let i = 0; i < 12 * 8; i++) data.set([i % 12 === 11 ? 255 : 0, i * 2, 255 - i], i * 3);
  return { data, width: 12, height: 8 };
}

/** Bytes whose memory went to another owner. */
function detached(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

describe('encodeImage', () => {
  it('keeps every pixel in a PNG', async () => {
    const png = await encodeImage(image());
    expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    expect(await decodeImage(png)).toEqual(image());
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
    const decoded = await decodeImage(await encodeImage(image(), { format, quality: 100 }));
    expect(decoded).toMatchObject({ width: 12, height: 8 });
    const difference = decoded.data.reduce((sum, byte, i) => sum + Math.abs(byte - image().data[i]!), 0);
    expect(difference / decoded.data.length).toBeLessThan(12);
  });

  it.each(['png', 'webp', 'jpeg', 'avif'] as const)('gives the same bytes twice as %s', async (format) => {
    expect(await encodeImage(image(), { format })).toEqual(await encodeImage(image(), { format }));
  });

  it.each<[string, unknown]>([
    ['too few bytes', new Uint8Array(5)],
    ['too many bytes', new Uint8Array(7)],
    ['numbers that are no bytes', new Float32Array(6)],
    ['bytes that were moved elsewhere', detached(6)],
    ['a list', [1, 2, 3, 4, 5, 6]],
  ])('refuses %s', async (_, data) => {
    const image = { data, width: 2, height: 1 } as RgbImage;
    await expect(encodeImage(image)).rejects.toThrow(/2 × 1 pixels is 6 bytes; this one has \d elements/);
    await expect(encodeImage(image)).rejects.toThrow(ConfigError);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a side of %d pixels', async (side) => {
    for (const format of ['png', 'webp', 'jpeg', 'avif'] as const) {
      for (const [width, height] of [
        [side, 2],
        [2, side],
        [-2, side],
      ] as const) {
        const data = new Uint8Array(Math.max(0, Math.min(100, width * height * 3)) || 0);
        await expect(encodeImage({ data, width, height }, { format })).rejects.toThrow(ConfigError);
      }
    }
  });

  it.each([
    ['webp', 16_384],
    ['avif', 16_385],
    ['jpeg', 65_501],
    ['png', 65_537],
  ] as const)('says that a %s cannot be %i pixels wide', async (format, width) => {
    const image = { data: new Uint8Array(width * 3), width, height: 1 };
    await expect(encodeImage(image, { format })).rejects.toThrow(ConfigError);
    const { data, width: across } = await decodeImage(
      await encodeImage({ data: new Uint8Array(16_383 * 3), width: 16_383, height: 1 }, { format }),
    );
    expect([across, Math.max(...data)]).toEqual([16_383, 0]);
  });

  it('refuses unknown formats and invalid qualities', async () => {
    await expect(encodeImage(image(), { format: 'gif' as 'png' })).rejects.toThrow(/written as "gif"/);
    for (const quality of [0, 101, 50.5, Number.NaN]) {
      await expect(encodeImage(image(), { format: 'jpeg', quality })).rejects.toThrow(ConfigError);
    }
  });
});
