/** Finds the image that was generated for a caption among all images, by a joint embedding. */

import { assert, type EmbeddingBatch } from '@t2i/core';
import { assertSameDim, eachRowOfProducts, toRows } from './rows.ts';

/** Lengths of the ranked lists that are searched for the caption's own image. */
export const RETRIEVAL_RANKS = [1, 5, 10] as const;

export interface CaptionRetrieval {
  /** Share of captions whose own image is among the first 1, 5, 10. Chance is that number divided by the number of images. */
  readonly recallAt: Readonly<Record<(typeof RETRIEVAL_RANKS)[number], number>>;
  /** Median rank of the own image over all captions, from 1. Among equal scores it has the middle rank. */
  readonly medianRank: number;
  /** Share of captions whose first image is of their class. */
  readonly sameClassFirst: number;
  /** Number of images, equal to the number of captions. */
  readonly count: number;
}

/**
 * Caption i and image i belong together. Scores are dot products.
 * @param images [n, dim]
 * @param captions [n, dim]
 * @param labels the class of each pair
 */
export function captionRetrieval(
  images: EmbeddingBatch,
  captions: EmbeddingBatch,
  labels: ArrayLike<number>,
): CaptionRetrieval {
  assertSameDim(images, captions);
  const [count] = images.shape;
  assert(captions.shape[0] === count && labels.length === count, 'each image needs one caption and its class');
  const ranks = new Float64Array(count);
  let sameClass = 0;
  eachRowOfProducts(toRows(captions), toRows(images), (row, scores) => {
    const own = scores[row]!;
    let [better, equal] = [0, -1]; // −1 excludes the image itself
    for (const score of scores) {
      if (score > own) better += 1;
      else if (score === own) equal += 1;
    }
    ranks[row] = 1 + better + equal / 2;
    sameClass += shareOfBest(scores, labels, labels[row]!);
  });
  const recall = RETRIEVAL_RANKS.map((k) => [k, ranks.filter((rank) => rank <= k).length / count]);
  return {
    recallAt: Object.fromEntries(recall) as CaptionRetrieval['recallAt'],
    medianRank: median(ranks),
    sameClassFirst: sameClass / count,
    count,
  };
}

/** The share of the images with the highest score that are of the class. */
function shareOfBest(scores: Float64Array, labels: ArrayLike<number>, label: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  let [best, right] = [0, 0];
  scores.forEach((score, i) => {
    if (score > highest) {
      highest = score;
      best = 0;
      right = 0;
    }
    if (score !== highest) return;
    best += 1;
    if (labels[i] === label) right += 1;
  });
  return right / best;
}

function median(values: Float64Array): number {
  const sorted = values.slice().sort();
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
