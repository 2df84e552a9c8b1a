/** Which captions a model was trained on, by their text: captions of other photos may say the same. */

import { normaliseCaption, type TextImageDataset } from '@t2i/core';

/** @param captionsPerImage captions of each photo in use, the first ones; default all */
export function trainedCaptions(
  dataset: Pick<TextImageDataset, 'splits' | 'captions'>,
  captionsPerImage = Number.POSITIVE_INFINITY,
): (caption: string) => boolean {
  const used = trainedItems(dataset).flatMap((item) => dataset.captions(item).slice(0, captionsPerImage));
  const texts = new Set(used.map(normaliseCaption));
  return (caption) => texts.has(normaliseCaption(caption));
}

/** Photos that are trained on. */
export function trainedItems({ splits }: Pick<TextImageDataset, 'splits'>): number[] {
  return [...splits.train, ...splits.val];
}

/** Photos to evaluate a model on: the test split, or the training photos where the test split has fewer than `least`. */
export function evaluationItems(
  dataset: Pick<TextImageDataset, 'splits'>,
  least = 1,
): { items: number[]; heldOut: boolean } {
  const test = [...dataset.splits.test];
  return test.length < least ? { items: trainedItems(dataset), heldOut: false } : { items: test, heldOut: true };
}
