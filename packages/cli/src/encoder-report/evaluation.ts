/** One evaluation of a text encoder on a split, as the commands of `t2i encoder` need it. */

import type { SplitName } from '@t2i/core';
import { type Benchmark, normalisesImages } from '@t2i/pipeline';
import type { SavableEncoder } from '@t2i/text-encoder';
import { type Evaluation, evaluateEncoder } from '@t2i/text-encoder/training';

/** @throws ConfigError when the features are not those that the encoder was trained with */
export function evaluate(
  encoder: SavableEncoder,
  { dataset, features }: Benchmark,
  split: SplitName,
): Promise<Evaluation> {
  return evaluateEncoder({
    encoder,
    dataset,
    features,
    split,
    normaliseImages: normalisesImages(encoder, features),
  });
}
