import { inflateSync } from 'node:zlib';
import { Rng } from '@t2i/core';
import { expect, it } from 'vitest';
import { encodePng } from './encode-png.ts';

/** The pixels of a file with one IDAT chunk whose rows all have the Average filter. */
function decode(file: Uint8Array, width: number, height: number): number[] {
  const bytes = Buffer.from(file);
  const at = bytes.indexOf('IDAT');
  const rows = inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4)));
  const stride = width * 3;
  const pixels: number[] = [];
  for (let y = 0; y < height; y++) {
    expect(rows[y * (stride + 1)]).toBe(3);
    for (let x = 0; x < stride; x++) {
      const left = x < 3 ? 0 : pixels[y * stride + x - 3]!;
      const above = y === 0 ? 0 : pixels[(y - 1) * stride + x]!;
      pixels.push((rows[y * (stride + 1) + 1 + x]! + Math.floor((left + above) / 2)) % 256);
    }
  }
  return pixels;
}

it.each([
  [1, 1],
  [5, 3],
  [64, 64],
])('keeps every pixel of an image of %i × %i', async (width, height) => {
  const rng = new Rng(1);
  const data = Uint8Array.from({ length: width * height * 3 }, () => rng.integer(256));
  const file = await encodePng({ data, width, height });
  expect(Buffer.from(file.subarray(0, 8))).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
  expect(decode(file, width, height)).toEqual([...data]);
});

it('ends with the checksum that every PNG ends with', async () => {
  const file = await encodePng({ data: new Uint8Array(3), width: 1, height: 1 });
  expect(Buffer.from(file.subarray(-12)).toString('hex')).toBe('0000000049454e44ae426082');
});
