/** The network that a configuration asks for, and the words of the captions that it is trained on. */

import type { Rng, SplitName, TextImageDataset } from '@t2i/core';
import { tokenizeWords } from '@t2i/text-encoder';
import {
  CharCnnRnnNetwork,
  LinearWordsNetwork,
  resolveCharCnnRnnConfig,
  type TextNetwork,
  Vocabulary,
  WordCnnNetwork,
} from '@t2i/text-encoder/training';
import type { EncoderConfig } from './encoder-config.ts';

export function networkOf(config: EncoderConfig, dataset: TextImageDataset, dim: number, rng: Rng): TextNetwork {
  if (config.network.kind === 'char-cnn-rnn') {
    const { kind: _, ...network } = config.network;
    return new CharCnnRnnNetwork(resolveCharCnnRnnConfig({ ...network, dim }), rng);
  }
  const splits = splitsOf(config.split);
  const captions = captionsOf(dataset, splits);
  const { minCount } = config.network;
  if (config.network.kind === 'linear-words') {
    return new LinearWordsNetwork({ vocabulary: frequentWords(captions, minCount).sort(), dim });
  }
  const { wordDim, channels, roles } = config.network;
  const named = config.batches.names
    ? namesOf(dataset, splits).flatMap((name) => Array<string>(minCount).fill(name))
    : [];
  return new WordCnnNetwork(
    Vocabulary.of([...captions, ...named], minCount),
    { wordDim, channels, ...(roles !== undefined && { roles }), dim },
    rng,
  );
}

/** The splits whose classes are trained on. */
export function splitsOf(split: EncoderConfig['split']): readonly SplitName[] {
  return split === 'train' ? ['train'] : ['train', 'val'];
}

/** Every word of the captions that an encoder is trained on, in alphabetical order. */
export function trainingWords(dataset: TextImageDataset, split: EncoderConfig['split']): string[] {
  return frequentWords(captionsOf(dataset, splitsOf(split)), 1).sort();
}

const itemsOf = (dataset: TextImageDataset, splits: readonly SplitName[]) =>
  splits.flatMap((split) => [...dataset.splits[split]]);

const captionsOf = (dataset: TextImageDataset, splits: readonly SplitName[]) =>
  itemsOf(dataset, splits).flatMap((item) => dataset.captions(item));

/** The names of the classes that are trained on. */
const namesOf = (dataset: TextImageDataset, splits: readonly SplitName[]) =>
  [...new Set(itemsOf(dataset, splits).map((item) => dataset.labels[item]!))].map(
    (label) => dataset.classNames[label]!,
  );

/** The words that at least so many captions contain. */
function frequentWords(captions: readonly string[], minCount: number): string[] {
  const counts = new Map<string, number>();
  for (const caption of captions) {
    for (const word of new Set(tokenizeWords(caption))) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].flatMap(([word, count]) => (count >= minCount ? [word] : []));
}
