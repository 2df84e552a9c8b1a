/** One evaluation of a text encoder on a split of a benchmark. */

import type { SplitName } from '@t2i/core';
import type { SavableEncoder } from '@t2i/text-encoder';
import { type Evaluation, evaluateEncoder } from '@t2i/text-encoder/training';
import type { Benchmark } from './benchmark.ts';
import { normalisesImages } from './compared-with.ts';

/** @throws ConfigError when the features are not those that the encoder was trained with */
export function evaluateOnBenchmark(
  encoder: SavableEncoder,
  { dataset, features }: Benchmark,
  split: SplitName,
): Promise<Evaluation> {
  return evaluateEncoder({ encoder, dataset, features, split, normaliseImages: normalisesImages(encoder, features) });
}
