import { readFile } from 'node:fs/promises';
import { ConfigError, DatasetError } from '@t2i/core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './decode.ts';
import { MAX_SIDE } from './size.ts';

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

/** The same PNG with its EXIF as the last chunk but one. */
function exifBehindPixels(png: Buffer): Buffer {
  const at = png.indexOf('eXIf') - 4;
  const end = at + 12 + png.readUInt32BE(at);
  return Buffer.concat([png.subarray(0, at), png.subarray(end, -12), png.subarray(at, end), png.subarray(-12)]);
}

/** A GIF of 6 × 5 pixels of which only two are in its frame, at (3, 1); colours are 2 bits, codes 3. */
function smallFrame(clear: boolean): Uint8Array {
  const screen = [...Buffer.from('GIF89a'), 6, 0, 5, 0, 0x81, 0, 0];
  const colours = [200, 30, 60, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const control = clear ? [0x21, 0xf9, 4, 1, 0, 0, 3, 0] : [0x21, 0xfe, 2, 0x68, 0x69, 0];
  const frame = [0x2c, 3, 0, 1, 0, 2, 0, 1, 0, 0];
  const codes = [2, 2, 4 | (0 << 3) | ((0 & 3) << 6), 0 | (5 << 1), 0]; // clear, 0, 0, end
  return Uint8Array.from([...screen, ...colours, ...control, ...frame, ...codes, 0x3b]);
}

/** A grey TIFF of `side` × `side` pixels of 32-bit numbers: its tags, each a kind of number, a count and a value, then the pixels. */
function floatTiff(side: number): Buffer {
  const fields = { width: 256, height: 257, bits: 258, compression: 259, zeroIsBlack: 262, strips: 273, bands: 277 };
  const more = { rows: 278, stripBytes: 279, floats: 339 };
  const pixels = Buffer.from(new Float32Array(side * side).fill(0.5).buffer);
  const end = 8 + 2 + 10 * 12 + 4;
  const values = [side, side, 32, 1, 1, end, 1, side, pixels.length, 3];
  const head = Buffer.alloc(end);
  head.write('II*\0\x08', 'latin1');
  head.writeUInt16LE(10, 8);
  for (const [k, tag] of [...Object.values(fields), ...Object.values(more)].entries()) {
    head.writeUInt16LE(tag, 10 + k * 12);
    head.writeUInt16LE(4, 12 + k * 12);
    head.writeUInt32LE(1, 14 + k * 12);
    head.writeUInt32LE(values[k]!, 18 + k * 12);
  }
  return Buffer.concat([head, pixels]);
}

/** A progressive JPEG whose frame header claims `side` × `side` pixels. */
function claiming(jpeg: Buffer, side: number): Buffer {
  const bytes = Buffer.from(jpeg);
  const frame = bytes.indexOf(Uint8Array.of(0xff, 0xc2));
  bytes.writeUInt16BE(side, frame + 5);
  bytes.writeUInt16BE(side, frame + 7);
  return bytes;
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

  it('gives the same pixels whatever metadata the file has', async () => {
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

  it('keeps the size when none is given, and every pixel of a lossless file', async () => {
    const image = await decodeImage(await columns().png().toBuffer());
    expect([image.width, image.height]).toEqual([24, 8]);
    expect([pixel(image, 0, 0), pixel(image, 12, 7), pixel(image, 23, 3)]).toEqual([
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ]);
  });

  it('turns a photo upright by its EXIF orientation', async () => {
    const bytes = await columns().withMetadata({ orientation: 6 }).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer();
    const image = await decodeImage(bytes);
    expect([image.width, image.height]).toEqual([8, 24]);
    expect(pixel(image, 4, 2)[0]).toBeGreaterThan(240);
    expect(pixel(image, 4, 21)[2]).toBeGreaterThan(240);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('turns a PNG by orientation %i wherever its eXIf stands', async (orientation) => {
    const before = await columns().withMetadata({ orientation }).png().toBuffer();
    const behind = exifBehindPixels(before);
    expect(behind.indexOf('eXIf')).toBeGreaterThan(behind.indexOf('IDAT'));
    expect(await decodeImage(behind)).toEqual(await decodeImage(before));
  });

  it('lays transparency over white', async () => {
    const clear = { width: 4, height: 4, channels: 4 as const, background: { r: 255, g: 0, b: 0, alpha: 0 } };
    const image = await decodeImage(await sharp({ create: clear }).png().toBuffer(), { width: 2, height: 2 });
    expect([...image.data]).toEqual(new Array(12).fill(255));
  });

  it.each([true, false])(
    'shows white where no frame of a GIF is, with a transparent colour or not: %s',
    async (clear) => {
      const image = await decodeImage(smallFrame(clear));
      expect([image.width, image.height]).toEqual([6, 5]);
      for (let y = 0; y < 5; y++) {
        for (let x = 0; x < 6; x++) {
          const inside = x >= 3 && x < 5 && y >= 1 && y < 2;
          expect([x, y, ...pixel(image, x, y)]).toEqual([x, y, ...(inside ? [200, 30, 60] : [255, 255, 255])]);
        }
      }
    },
  );

  it.each(['gif', 'webp', 'tiff'] as const)('takes the first of several images of a %s', async (format) => {
    const level = (value: number) => new Uint8Array(8 * 6 * 3).fill(value);
    const pages = { raw: { width: 8, height: 12, channels: 3, pageHeight: 6 } } as const;
    const several = sharp(Buffer.concat([level(60), level(200)]), pages);
    const bytes = await (format === 'webp' ? several.webp({ lossless: true }) : several[format]()).toBuffer();
    expect((await sharp(bytes).metadata()).pages).toBe(2);
    expect(await decodeImage(bytes)).toEqual({ data: level(60), width: 8, height: 6 });
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
    [
      'half a photo that ends in order',
      (bytes) => Buffer.concat([bytes.subarray(0, bytes.length / 2), Uint8Array.of(0xff, 0xd9)]),
    ],
  ])('refuses %s', async (_, damage) => {
    const decoding = decodeImage(damage(await fixture('photo.jpg')), { width: 76, height: 76 });
    await expect(decoding).rejects.toThrow(DatasetError);
    await expect(decoding).rejects.toThrow(/cannot be decoded/);
  });

  it.each(['png', 'webp', 'gif', 'tiff', 'avif'] as const)('refuses a %s that is cut off', async (format) => {
    const bytes = await sharp(await fixture('photo.jpg'))
      .toFormat(format)
      .toBuffer();
    for (const share of [0.3, 0.97]) {
      await expect(decodeImage(bytes.subarray(0, bytes.length * share))).rejects.toThrow(DatasetError);
    }
  });

  it('accepts images of the maximum side', async () => {
    const line = { create: { width: MAX_SIDE, height: 1, channels: 3, background: '#0963c8' } } as const;
    for (const angle of [0, 90]) {
      const small = await decodeImage(await sharp(line).rotate(angle).png().toBuffer(), { width: 2, height: 1 });
      expect([...small.data]).toEqual([9, 99, 200, 9, 99, 200]);
    }
  });
});

describe('limits of decodeImage', () => {
  it('checks the size before decoding', async () => {
    const bomb = claiming(
      await sharp(await fixture('photo.jpg'))
        .jpeg({ progressive: true })
        .toBuffer(),
      2 ** 14,
    );
    const before = process.resourceUsage().maxRSS;
    const decoding = await Promise.allSettled(Array.from({ length: 6 }, () => decodeImage(bomb)));
    for (const one of decoding) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'ERR_DATASET' } });
      expect(String((one as PromiseRejectedResult).reason)).toMatch(/16384 × 16384 pixels, at most .* 67108864 in all/);
    }
    expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(200); // 6,700 MB when all were decoded
  });

  it('has a fixed limit for each side, and an option for all pixels', async () => {
    const line = { create: { width: MAX_SIDE + 1, height: 1, channels: 3, background: 'black' } } as const;
    await expect(decodeImage(await sharp(line).png().toBuffer())).rejects.toThrow(/16385 × 1 pixels/);
    const photo = await fixture('photo.jpg');
    await expect(decodeImage(photo, undefined, { maxPixels: 341 * 256 - 1 })).rejects.toThrow(/341 × 256 pixels/);
    expect(await decodeImage(photo, undefined, { maxPixels: 341 * 256 })).toMatchObject({ width: 341, height: 256 });
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 28 + 1])('refuses to decode at most %d pixels', async (maxPixels) => {
    await expect(decodeImage(await fixture('photo.jpg'), undefined, { maxPixels })).rejects.toThrow(ConfigError);
  });

  it.each([0, -4, 2.5, Number.NaN, MAX_SIDE + 1])('refuses to stretch a photo to %d pixels', async (side) => {
    const photo = await fixture('photo.jpg');
    await expect(decodeImage(photo, { width: side, height: 4 })).rejects.toThrow(ConfigError);
    await expect(decodeImage(photo, { width: 4, height: side })).rejects.toThrow(ConfigError);
  });

  it('refuses samples without a defined white', async () => {
    const bytes = floatTiff(2);
    expect((await sharp(bytes).metadata()).depth).toBe('float');
    await expect(decodeImage(bytes)).rejects.toThrow(/samples are of type float/);
  });
});
