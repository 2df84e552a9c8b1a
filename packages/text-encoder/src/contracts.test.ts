/** The encoders of this package and their training comply with the interfaces of `@t2i/core`. */

import '@tensorflow/tfjs-backend-cpu';
import { float32Tensor, Rng, type StateDict, sizeOf } from '@t2i/core';
import { testCaptionEncoder, testTrainable } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';
import { BagOfWords } from './bag-of-words.ts';
import { CharCnnRnn } from './char-cnn-rnn/char-cnn-rnn.ts';
import { resolveCharCnnRnnConfig } from './char-cnn-rnn/config.ts';
import { charCnnRnnShapes } from './char-cnn-rnn/network.ts';
import { CharCnnRnnNetwork } from './char-cnn-rnn/trainable-network.ts';
import { CompletedEncoder, USUAL_BEGINNINGS } from './completed-encoder.ts';
import { JointEmbedding } from './joint-embedding/joint-embedding.ts';
import { LinearWords, linearWordsShapes } from './linear-words/linear-words.ts';
import { PrecomputedEncoder } from './precomputed-encoder.ts';
import { resolveWordCnnConfig } from './word-cnn/config.ts';
import { wordCnnShapes } from './word-cnn/network.ts';
import { WordCnn } from './word-cnn/word-cnn.ts';

beforeAll(() => tf.setBackend('cpu'));

const WORDS = ['red', 'yellow', 'white', 'purple', 'petals', 'centre', 'thin', 'many'];
const CAPTIONS = ['red petals', 'many thin yellow petals', 'white petals and a purple centre'] as const;

function weights(shapes: Readonly<Record<string, readonly number[]>>): StateDict['tensors'] {
  const rng = new Rng(1);
  const tensorOf = (shape: readonly number[]) =>
    float32Tensor(
      shape,
      rng.normal(sizeOf(shape)).map((x) => 0.3 * x),
    );
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tensorOf(shape)]));
}

function charCnnRnn(): CharCnnRnn {
  const config = resolveCharCnnRnnConfig({ channels: [4, 6], cnnDim: 6, dim: 5 });
  return CharCnnRnn.fromWeights(config, weights(charCnnRnnShapes(config)), null);
}

function wordCnn(): WordCnn {
  const config = resolveWordCnnConfig({ wordDim: 3, channels: 4, dim: 5 });
  return WordCnn.fromWeights(WORDS, config, weights(wordCnnShapes(WORDS.length, config)), null);
}

testCaptionEncoder('CharCnnRnn', { open: charCnnRnn });
testCaptionEncoder('BagOfWords', { open: () => BagOfWords.fit([...CAPTIONS, ...CAPTIONS]), captions: CAPTIONS });
testCaptionEncoder('LinearWords', {
  open: () => LinearWords.fromWeights(WORDS, weights(linearWordsShapes(WORDS.length, 5)), null),
});
testCaptionEncoder('WordCnn', { open: wordCnn });
testCaptionEncoder('CompletedEncoder', {
  open: () => new CompletedEncoder(charCnnRnn(), { prefix: 'this flower has', unless: USUAL_BEGINNINGS }),
});
testCaptionEncoder('PrecomputedEncoder', {
  open: async () => {
    const source = charCnnRnn();
    const embeddings = await source.encode(CAPTIONS.slice(0, 2));
    return new PrecomputedEncoder({ id: source.id, captions: CAPTIONS.slice(0, 2), embeddings, fallback: source });
  },
  captions: CAPTIONS,
});

testTrainable('JointEmbedding', {
  countTensors: () => tf.memory().numTensors,
  open: () => {
    const config = resolveCharCnnRnnConfig({ channels: [4, 6], cnnDim: 6, dim: 5 });
    return new JointEmbedding(new CharCnnRnnNetwork(config, new Rng(1)), { contrast: 0.5 });
  },
  batchFor: (_, seed) => {
    const values = () => ({ data: new Rng(seed).normal(3 * 5), shape: [3, 5] as const });
    return { features: values(), taught: values(), captions: CAPTIONS, edited: { texts: [CAPTIONS[1]], of: [0] } };
  },
});
