/** Generates the images of an order, a few at a time, so that the page can abort in between. */

import {
  type CaptionEncoder,
  type CaptionReading,
  captionRequests,
  encodeRequests,
  generateBatches,
  type ImageRequest,
  interpolationRequests,
  type ModelAndEncoder,
  normaliseCaption,
  type RgbImage,
  toRgbImages,
} from '@t2i/core';
import type { ImageOrder } from './messages.ts';

/** The worker looks for messages after so many images. */
const IMAGES_PER_CALL = 8;

/** The images of an order, one by one. */
export function requestsOf(order: ImageOrder): ImageRequest[] {
  if (order.kind === 'interpolate') {
    const [from, to] = [normaliseCaption(order.from), normaliseCaption(order.to)];
    return interpolationRequests({ from, to, seed: order.seed, steps: order.steps });
  }
  const { caption, seed, count, like = [] } = order;
  return captionRequests({ captions: [normaliseCaption(caption)], seed, perCaption: count, like });
}

/** How the encoder reads a caption, if it does not read it whole as it was typed. Undefined if it cannot tell. */
export function unreadOf(encoder: CaptionEncoder, caption: string): CaptionReading | undefined {
  const reading = encoder.read?.(normaliseCaption(caption));
  if (reading === undefined) return undefined;
  const { unknown, corrected, cut } = reading;
  return unknown.length + corrected.length > 0 || cut !== '' ? reading : undefined;
}

/** Rejects with the signal's reason once it is aborted. */
export async function generateOrder(
  { model, encoder }: ModelAndEncoder,
  order: ImageOrder,
  signal: AbortSignal,
): Promise<RgbImage[]> {
  const input = await encodeRequests({ model, encoder }, requestsOf(order));
  await messages();
  const images: RgbImage[] = [];
  for await (const batch of generateBatches(model, input, { maxImagesPerCall: IMAGES_PER_CALL, signal })) {
    images.push(...toRgbImages(batch));
    await messages();
  }
  return images;
}

/** Lets the worker receive waiting messages: the wasm backend computes without ever yielding. */
function messages(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
