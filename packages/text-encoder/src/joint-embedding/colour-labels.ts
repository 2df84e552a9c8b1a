/** Labels that can be read from an embedding besides scores: the colour of each part. */

import * as tf from '@tensorflow/tfjs-core';
import { FLOWER_PARTS, SAID_COLOURS, saidColours } from '../variation/said-colours.ts';

/** A label for each colour of each part. */
export const COLOUR_LABELS = FLOWER_PARTS.length * SAID_COLOURS.length;

/** `labels` [texts, COLOUR_LABELS]: 1 for every colour of a part that a text says; `weights` [COLOUR_LABELS] by which every part counts alike, however many texts speak of it. */
export function colourLabels(texts: readonly string[]): { labels: tf.Tensor2D; weights: tf.Tensor1D } {
  const labels = new Float32Array(texts.length * COLOUR_LABELS);
  const speaking = FLOWER_PARTS.map(() => 1);
  texts.forEach((text, row) => {
    const said = saidColours(text);
    for (const { part, colour } of said) {
      const label = FLOWER_PARTS.indexOf(part) * SAID_COLOURS.length + SAID_COLOURS.indexOf(colour);
      labels[row * COLOUR_LABELS + label] = 1;
    }
    FLOWER_PARTS.forEach((part, p) => {
      if (said.some((one) => one.part === part)) speaking[p]! += 1;
    });
  });
  const weights = speaking.flatMap((count) => SAID_COLOURS.map(() => 1 / count / FLOWER_PARTS.length));
  return { labels: tf.tensor2d(labels, [texts.length, COLOUR_LABELS]), weights: tf.tensor1d(weights) };
}
