import { expect, it } from 'vitest';
import { fileName, megabytes, numberOf } from './names.ts';

it('numbers images from 1, similar images after their origin', () => {
  expect(numberOf([], 0)).toBe('no. 1');
  expect(numberOf([2, 4], 0)).toBe('no. 3 › 5 › 1');
});

it.each([
  ['A pink flower, with "petals"!', [2], 'A-pink-flower-with-petals-seed-7-3.png'],
  ['weiße Blüte', [0, 1], 'weiße-Blüte-seed-7-1-2.png'],
  ['../../etc/passwd', [0], 'etc-passwd-seed-7-1.png'],
  ['?!', [0], 'seed-7-1.png'],
  ['a'.repeat(200), [0], `${'a'.repeat(60)}-seed-7-1.png`],
])('names the file of %j', (caption, path, name) => {
  expect(fileName(caption, 7, path)).toBe(name);
});

it('formats sizes in megabytes', () => {
  expect(megabytes(12_345_678)).toBe('12.3');
});
