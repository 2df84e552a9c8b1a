/**
 * An image that says whether a backend computes rightly. Drivers of graphics cards can be wrong without a word: what was
 * drawn when the model was published is drawn again and compared.
 */

import type { ModelManifest } from './manifest.ts';
import type { TextToImage } from './text-to-image.ts';

type CheckImage = ModelManifest['check'];

const VALUES = 96;
const DIGITS = 4;

/** Draws the image and keeps some of its numbers. */
export async function drawCheckImage(model: TextToImage, request: Omit<CheckImage, 'values'>): Promise<CheckImage> {
  const image = await draw(model, request);
  const values = samples(image, VALUES).map((value) => Number(value.toFixed(DIGITS)));
  return { ...request, values };
}

/** The largest difference of a number, in [-1, 1], from what it was when the model was published; NaN where that is drawn. */
export async function deviationFrom({ values, ...request }: CheckImage, model: TextToImage): Promise<number> {
  const drawn = samples(await draw(model, request), values.length);
  return Math.max(...drawn.map((value, i) => Math.abs(value - values[i]!)));
}

async function draw(model: TextToImage, { caption, seed }: Omit<CheckImage, 'values'>): Promise<Float32Array> {
  return (await model.generate({ captions: [caption], seed })).data;
}

/** `count` numbers at even distances that meet every colour, and odd and even columns alike. */
function samples(image: Float32Array, count: number): number[] {
  let step = Math.floor(image.length / count);
  while (step % 2 === 0 || step % 3 === 0) step--;
  return Array.from({ length: count }, (_, i) => image[i * step]!);
}
