import { expect, it } from 'vitest';
import { crc32 } from './crc32.ts';

it.each([
  ['"123456789"', '123456789', 0xcbf43926],
  ['the chunk IEND of every PNG', 'IEND', 0xae426082],
  ['nothing', '', 0],
])('gives the published value for %s', (_, text, expected) => {
  expect(crc32(new TextEncoder().encode(text))).toBe(expected);
});
