import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { decodePlainJpeg, plainJpegSize } from './plain-jpeg.ts';

const photo = new Uint8Array(await readFile(new URL('./__fixtures__/photo.jpg', import.meta.url)));
const pixels = await sharp(photo).raw().toBuffer();

describe('plainJpegSize', () => {
  it('reads width and height of baseline, progressive and grey files', async () => {
    const kinds = [sharp(photo).jpeg(), sharp(photo).jpeg({ progressive: true }), sharp(photo).greyscale().jpeg()];
    expect(plainJpegSize(photo)).toEqual({ width: 341, height: 256 });
    for (const kind of kinds) expect(plainJpegSize(await kind.toBuffer())).toEqual({ width: 341, height: 256 });
  });

  it('leaves orientation, colour profiles, CMYK and other formats to the general path', async () => {
    const others = [
      sharp(photo).withMetadata({ orientation: 6 }).jpeg(),
      sharp(photo).withIccProfile('p3').jpeg(),
      sharp(photo).toColourspace('cmyk').jpeg(),
      sharp(photo).png(),
    ];
    for (const other of others) expect(plainJpegSize(await other.toBuffer())).toBeUndefined();
  });

  it('takes any beginning of a file without reading past its end', () => {
    for (let length = 0; length < 700; length++) {
      const size = plainJpegSize(photo.slice(0, length));
      expect(size === undefined || size.width === 341).toBe(true);
    }
  });
});

describe('decodePlainJpeg', () => {
  beforeEach(() => void vi.resetModules());

  it('comes close to the exact decoder', async () => {
    const image = await decodePlainJpeg(photo, 1e6);
    expect([image?.width, image?.height]).toEqual([341, 256]);
    const differences = [...image!.data].map((value, k) => Math.abs(value - pixels[k]!));
    expect(differences.reduce((most, difference) => Math.max(most, difference))).toBeLessThan(16);
    expect(differences.reduce((sum, difference) => sum + difference, 0) / differences.length).toBeLessThan(1.2);
  });

  it('gives nothing for damaged files and for too many pixels', async () => {
    expect(await decodePlainJpeg(photo.subarray(0, photo.length / 2), 1e6)).toBeUndefined();
    expect(await decodePlainJpeg(photo.subarray(0, -40), 1e6)).toBeUndefined();
    expect(await decodePlainJpeg(photo, 341 * 256 - 1)).toBeUndefined();
  });

  it('gives nothing where the decoder is not installed, and decodeImage the exact pixels', async () => {
    vi.doMock('@julusian/jpeg-turbo', () => {
      throw new Error('Cannot find package');
    });
    const without = await import('./plain-jpeg.ts');
    expect(await without.decodePlainJpeg(photo, 1e6)).toBeUndefined();
    const { decodeImage } = await import('./decode.ts');
    expect(Buffer.compare((await decodeImage(photo)).data, pixels)).toBe(0);
    vi.doUnmock('@julusian/jpeg-turbo');
  });
});
