/** Whether images keep the background of those whose style they have: the paper's second test of style, in its simplest form. */

import { assert, dot, type ImageBatch } from '@t2i/core';

/** Share of the side that the border takes at each edge. */
const BORDER = 1 / 8;

/** Mean colour of the border of each image, [n, 3]. */
export function borderColours({ data, shape: [n, height, width] }: ImageBatch): Float64Array {
  const colours = new Float64Array(n * 3);
  const [across, down] = [Math.ceil(width * BORDER), Math.ceil(height * BORDER)];
  let pixels = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x >= across && x < width - across && y >= down && y < height - down) continue;
      pixels += 1;
      for (let i = 0; i < n; i++) {
        for (let c = 0; c < 3; c++) colours[i * 3 + c]! += data[((i * height + y) * width + x) * 3 + c]!;
      }
    }
  }
  return colours.map((sum) => sum / pixels);
}

/** Pearson correlation between the border colours of images and those of their partners, row by row, averaged over R, G and B. */
export function backgroundCorrelation(images: ImageBatch, partners: ImageBatch): number {
  assert(images.shape[0] === partners.shape[0], `${images.shape[0]} images, ${partners.shape[0]} partners`);
  const [a, b] = [borderColours(images), borderColours(partners)];
  const channel = (colours: Float64Array, c: number) => colours.filter((_, i) => i % 3 === c);
  return [0, 1, 2].reduce((sum, c) => sum + correlation(channel(a, c), channel(b, c)) / 3, 0);
}

function correlation(a: Float64Array, b: Float64Array): number {
  const centred = (values: Float64Array) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const [x, y] = [centred(a), centred(b)];
  const lengths = Math.sqrt(dot(x, x) * dot(y, y));
  return lengths === 0 ? 0 : dot(x, y) / lengths; // what never changes goes along with nothing
}
