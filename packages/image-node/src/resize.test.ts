import { expect, it } from 'vitest';
import { resizeImage } from './resize.ts';

it('keeps the aspect ratio and a flat colour', async () => {
  const image = { width: 40, height: 20, data: new Uint8Array(40 * 20 * 3).fill(77) };
  const small = await resizeImage(image, 10);
  expect(small).toEqual({ width: 10, height: 5, data: new Uint8Array(150).fill(77) });
});
