/** The small readers of image headers; `@t2i/image-node` tests them on the files of sharp. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatenate } from './bytes.ts';
import { firstGifFrame } from './gif-frame.ts';
import { sniffImage } from './image-format.ts';
import { encodePng } from './png/encode-png.ts';
import { withExifFirst } from './png/exif-first.ts';

const png = await encodePng({ data: new Uint8Array(12), width: 2, height: 2 });
/** A chunk without a valid checksum, which `withExifFirst` does not look at. */
const exif = Uint8Array.of(0, 0, 0, 2, ...new TextEncoder().encode('eXIf'), 1, 2, 0, 0, 0, 0);
const withExifLast = concatenate([png.subarray(0, -12), exif, png.subarray(-12)]);

/** 6 × 5 pixels, the first frame 2 × 1 at (3, 1), behind a comment. */
const gif = Uint8Array.from([
  ...new TextEncoder().encode('GIF89a'),
  ...[6, 0, 5, 0, 0x80, 0, 0],
  ...[1, 2, 3, 4, 5, 6],
  ...[0x21, 0xfe, 2, 0x68, 0x69, 0],
  ...[0x2c, 3, 0, 1, 0, 2, 0, 1, 0, 0],
]);

describe('sniffImage', () => {
  it('tells the format by the first bytes', () => {
    expect(sniffImage(png)).toEqual({ photo: 'PNG' });
    expect(sniffImage(gif)).toEqual({ photo: 'GIF' });
    expect(sniffImage(new Uint8Array())).toEqual({ other: 'an empty file' });
    expect(sniffImage(Uint8Array.of(1, 2, 3))).toEqual({});
  });
});

describe('withExifFirst', () => {
  it('moves EXIF from behind the pixels to behind IHDR', () => {
    expect(withExifFirst(withExifLast)).toEqual(concatenate([png.subarray(0, 33), exif, png.subarray(33)]));
  });

  it('leaves other files as they are', () => {
    expect(withExifFirst(png)).toBe(png);
    const moved = withExifFirst(withExifLast);
    expect(withExifFirst(moved)).toBe(moved);
  });
});

describe('firstGifFrame', () => {
  it('finds the frame behind colours and extensions', () => {
    expect(firstGifFrame(gif)).toEqual({ left: 3, top: 1, width: 2, height: 1 });
  });

  it('gives undefined for every truncated file', () => {
    for (let length = 0; length < gif.length - 1; length++) {
      expect(firstGifFrame(gif.subarray(0, length)), `${length}`).toBeUndefined();
    }
  });
});

it.each<[string, Uint8Array, (bytes: Uint8Array) => unknown]>([
  ['sniffImage', png, sniffImage],
  ['withExifFirst', withExifLast, withExifFirst],
  ['firstGifFrame', gif, firstGifFrame],
])('%s does not throw for damaged bytes', (_, file, read) => {
  const damage = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 6 });
  fc.assert(
    fc.property(damage, fc.nat(file.length), (changes, length) => {
      const damaged = file.slice(0, length);
      for (const [at, value] of changes) if (at < length) damaged[at] = value;
      read(damaged);
    }),
    { numRuns: 500, seed: 2 },
  );
});
