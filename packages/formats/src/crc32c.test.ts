import { expect, it } from 'vitest';
import { crc32c, maskedCrc32c } from './crc32c.ts';

const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);

it.each([
  ['32 bytes of zeroes', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 incrementing bytes', ascending, 0x46dd794e],
  ['32 decrementing bytes', ascending.toReversed(), 0x113fdb5c],
  ['"123456789"', new TextEncoder().encode('123456789'), 0xe3069283],
  ['nothing', new Uint8Array(0), 0],
])('gives the published value for %s', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

it('masks as TensorFlow does', () => {
  expect(maskedCrc32c(new Uint8Array(0))).toBe(0xa282ead8);
});
