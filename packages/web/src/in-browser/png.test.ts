import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { encodePng } from './png.ts';

const bytesOf = async (blob: Blob) => Buffer.from(await blob.arrayBuffer());

it('writes the pixels, and nothing that is not in the specification', async () => {
  const data = Uint8Array.from({ length: 5 * 3 * 3 }, (_, i) => (i * 83) % 256);
  const blob = await encodePng({ data, width: 5, height: 3 });
  const file = await bytesOf(blob);
  expect(blob.type).toBe('image/png');
  expect(file.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
  const length = file.indexOf('IEND') - 12 - (file.indexOf('IDAT') + 4) + 4;
  const rows = inflateSync(file.subarray(file.indexOf('IDAT') + 4, file.indexOf('IDAT') + 4 + length));
  const pixels = [0, 1, 2].flatMap((row) => [...rows.subarray(row * 16 + 1, (row + 1) * 16)]);
  expect(pixels).toEqual([...data]);
});

it('ends with the check sum that every PNG ends with', async () => {
  const file = await bytesOf(await encodePng({ data: new Uint8Array(3), width: 1, height: 1 }));
  expect(file.subarray(-12).toString('hex')).toBe('0000000049454e44ae426082');
});
