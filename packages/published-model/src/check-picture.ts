/**
 * A picture that says whether an engine computes rightly. Drivers of graphics cards can be wrong without a word: what was
 * drawn when the model was published is drawn again and compared.
 */

import type { ModelManifest } from './manifest.ts';
import type { TextToImage } from './text-to-image.ts';

type CheckPicture = ModelManifest['check'];

const VALUES = 96;
const DIGITS = 4;

/** Draws the picture and keeps some of its numbers. */
export async function drawCheckPicture(
  model: TextToImage,
  request: Omit<CheckPicture, 'values'>,
): Promise<CheckPicture> {
  const picture = await draw(model, request);
  const values = samples(picture, VALUES).map((value) => Number(value.toFixed(DIGITS)));
  return { ...request, values };
}

/** The largest difference of a number, in [-1, 1], from what it was when the model was published; NaN where that is drawn. */
export async function deviationFrom({ values, ...request }: CheckPicture, model: TextToImage): Promise<number> {
  const drawn = samples(await draw(model, request), values.length);
  return Math.max(...drawn.map((value, i) => Math.abs(value - values[i]!)));
}

async function draw(model: TextToImage, { caption, seed }: Omit<CheckPicture, 'values'>): Promise<Float32Array> {
  return (await model.generate({ captions: [caption], seed })).data;
}

/** `count` numbers at even distances that meet every colour, and odd and even columns alike. */
function samples(picture: Float32Array, count: number): number[] {
  let step = Math.floor(picture.length / count);
  while (step % 2 === 0 || step % 3 === 0) step--;
  return Array.from({ length: count }, (_, i) => picture[i * step]!);
}
