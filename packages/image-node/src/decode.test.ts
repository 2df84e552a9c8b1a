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

/**
 * The same JPEG with a fill byte before its frame header, which the standard allows (T.81, B.1.1.2). Who takes that byte for a marker
 * reads C0 00 as the length of its segment, and lands in a comment on the header of a frame of 4 × 4 pixels.
 */
function behindFillByte(jpeg: Uint8Array): Buffer {
  const bytes = Buffer.from(jpeg);
  const frame = bytes.indexOf(Uint8Array.of(0xff, 0xc0));
  const end = frame + 2 + bytes.readUInt16BE(frame + 2);
  const comment = Buffer.alloc(2 + 60_000, ' ');
  comment.writeUInt16BE(0xfffe);
  comment.writeUInt16BE(60_000, 2);
  const landing = frame + 2 + 0xc000 - (end + 1);
  const other = [0xff, 0xc0, 0, 17, 8, 0, 4, 0, 4, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 0xff, 0xda, 0, 12];
  comment.set(other, landing);
  return Buffer.concat([
    bytes.subarray(0, frame),
    Uint8Array.of(0xff),
    bytes.subarray(frame, end),
    comment,
    bytes.subarray(end),
  ]);
}

describe('decodeImage', () => {
  it("equals Pillow's decoder and antialiased bicubic at another aspect ratio, bit for bit", async () => {
    const { data, width, height } = await decodeImage(await fixture('photo.jpg'), { width: 76, height: 76 });
    expect([width, height]).toEqual([76, 76]);
    expect(Buffer.compare(data, await fixture('photo-76.u8'))).toBe(0);
  });

  it('decodes a JPEG of quality 100 by the accurate transform', async () => {
    const expected = await fixture('q100.u8');
    const { data, width, height } = await decodeImage(await fixture('q100.jpg'));
    expect([width, height, data.length]).toEqual([64, 48, expected.length]);
    expect(Math.max(...data.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThanOrEqual(3);
  });

  it('gives the same pixels whatever stands beside them in the file', async () => {
    const plain = await fixture('photo.jpg');
    const expected = (await decodeImage(plain)).data;
    const others = [
      await sharp(plain)
        .keepExif()
        .withExif({ IFD0: { Copyright: 'nobody' } })
        .jpeg({ quality: 100 })
        .toBuffer(),
      await sharp(plain).jpeg({ quality: 100 }).toBuffer(),
    ];
    const [withExif, without] = await Promise.all(others.map((bytes) => decodeImage(bytes)));
    expect(Buffer.compare(withExif!.data, without!.data)).toBe(0);
    for (const beside of [behindFillByte(plain), Buffer.concat([plain, Buffer.alloc(1000, 0xff)])]) {
      expect(Buffer.compare((await decodeImage(beside)).data, expected)).toBe(0);
    }
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
