import { ConfigError } from '@t2i/core';
import { expect, it } from 'vitest';
import { resizeImage } from './resize.ts';

it('keeps the aspect ratio and a flat colour', async () => {
  const image = { width: 40, height: 20, data: new Uint8Array(40 * 20 * 3).fill(77) };
  const small = await resizeImage(image, 10);
  expect(small).toEqual({ width: 10, height: 5, data: new Uint8Array(150).fill(77) });
});

it.each([0, -3, 2.5, Number.NaN, 2 ** 14 + 1])('refuses a width of %d', async (width) => {
  const image = { width: 1, height: 1, data: new Uint8Array(3) };
  await expect(resizeImage(image, width)).rejects.toThrow(ConfigError);
});

it('refuses a height that would not fit', async () => {
  const image = { width: 1, height: 100, data: new Uint8Array(300) };
  await expect(resizeImage(image, 200)).rejects.toThrow(/200 × 20000/);
});
