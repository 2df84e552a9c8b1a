/**
 * An image that shows whether a backend computes correctly. Drivers of graphics cards can fail silently, so an image that was
 * generated when the model was published is generated again and compared.
 */

import type { ModelManifest } from './manifest.ts';
import type { TextToImage } from './text-to-image.ts';

type CheckImage = ModelManifest['check'];

const VALUES = 96;
const DIGITS = 4;

/** Generates the image and keeps some of its values. */
export async function generateCheckImage(model: TextToImage, request: Omit<CheckImage, 'values'>): Promise<CheckImage> {
  const image = await generate(model, request);
  const values = samples(image, VALUES).map((value) => Number(value.toFixed(DIGITS)));
  return { ...request, values };
}

/** The largest difference of a value in [-1, 1] from the published one; NaN where the backend gives NaN. */
export async function deviationFrom({ values, ...request }: CheckImage, model: TextToImage): Promise<number> {
  const generated = samples(await generate(model, request), values.length);
  return Math.max(...generated.map((value, i) => Math.abs(value - values[i]!)));
}

async function generate(model: TextToImage, { caption, seed }: Omit<CheckImage, 'values'>): Promise<Float32Array> {
  return (await model.generate({ captions: [caption], seed })).data;
}

/** `count` evenly spaced values that include every colour, and odd and even columns alike. */
function samples(image: Float32Array, count: number): number[] {
  let step = Math.floor(image.length / count);
  while (step % 2 === 0 || step % 3 === 0) step--;
  return Array.from({ length: count }, (_, i) => image[i * step]!);
}
