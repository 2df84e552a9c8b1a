import { readFile } from 'node:fs/promises';
import { DatasetError } from '@t2i/core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './decode.ts';

const fixture = async (name: string) =>
  new Uint8Array(await readFile(new URL(`./__fixtures__/${name}`, import.meta.url)));

/** Three columns of 8×8 pixels: red, green, blue. */
const columns = () => {
  const data = Uint8Array.from({ length: 8 * 24 * 3 }, (_, k) =>
    Math.floor((Math.floor(k / 3) % 24) / 8) === k % 3 ? 255 : 0,
  );
  return sharp(data, { raw: { width: 24, height: 8, channels: 3 } });
};
const pixel = ({ data, width }: { data: Uint8Array; width: number }, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

describe('decodeImage', () => {
  it("comes close to Pillow's antialiased bicubic, at another aspect ratio", async () => {
    const { data, width, height } = await decodeImage(await fixture('photo.jpg'), { width: 76, height: 76 });
    expect([width, height, data.length]).toEqual([76, 76, 76 * 76 * 3]);
    const expected = await fixture('photo-76.u8');
    const difference = data.reduce((sum, value, i) => sum + Math.abs(value - expected[i]!), 0) / data.length;
    expect(difference).toBeLessThan(1); // the resize is exact, libjpeg-turbo's fast transform is not
  });

  it('keeps the size without one, and every pixel of a lossless file', async () => {
    const picture = await decodeImage(await columns().png().toBuffer());
    expect([picture.width, picture.height]).toEqual([24, 8]);
    expect([pixel(picture, 0, 0), pixel(picture, 12, 7), pixel(picture, 23, 3)]).toEqual([
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ]);
  });

  it('turns a photo upright by its EXIF orientation', async () => {
    const bytes = await columns().withMetadata({ orientation: 6 }).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer();
    const picture = await decodeImage(bytes);
    expect([picture.width, picture.height]).toEqual([8, 24]);
    expect(pixel(picture, 4, 2)[0]).toBeGreaterThan(240);
    expect(pixel(picture, 4, 21)[2]).toBeGreaterThan(240);
  });

  it('lays transparency over white', async () => {
    const clear = { width: 4, height: 4, channels: 4 as const, background: { r: 255, g: 0, b: 0, alpha: 0 } };
    const picture = await decodeImage(await sharp({ create: clear }).png().toBuffer(), { width: 2, height: 2 });
    expect([...picture.data]).toEqual(new Array(12).fill(255));
  });

  it.each(['grey', 'cmyk', 'palette', '16 bit'])('gives 8-bit RGB for %s', async (kind) => {
    const photo = sharp(await fixture('photo.jpg'));
    const bytes = await {
      grey: () => photo.greyscale().jpeg(),
      cmyk: () => photo.toColourspace('cmyk').jpeg(),
      palette: () => photo.png({ palette: true }),
      '16 bit': () => photo.toColourspace('rgb16').png(),
    }[kind]!().toBuffer();
    const { data } = await decodeImage(bytes, { width: 76, height: 76 });
    expect(data.length).toBe(76 * 76 * 3);
    // roughly as bright as the original: no channel lost, no scale wrong
    const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(data) - mean(await fixture('photo-76.u8')))).toBeLessThan(30);
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['no bytes', () => new Uint8Array()],
    ['text', () => new TextEncoder().encode('<html>not a photo</html>')],
    ['half a photo', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['a photo without its last bytes', (bytes) => bytes.subarray(0, -40)],
  ])('refuses %s', async (_, damage) => {
    const decoding = decodeImage(damage(await fixture('photo.jpg')), { width: 76, height: 76 });
    await expect(decoding).rejects.toThrow(DatasetError);
    await expect(decoding).rejects.toThrow(/cannot be decoded/);
  });
});
