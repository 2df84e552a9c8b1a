/** The models of this package satisfy the contracts of `@t2i/core`. */

import '@tensorflow/tfjs-backend-cpu';
import { Rng } from '@t2i/core';
import { MockModel, testTextToImageModel, testTrainable, testTrainableModel } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';
import { byPattern } from './__fixtures__/pattern.ts';
import { randomEmbeddings, smallModel } from './__fixtures__/small-model.ts';
import type { GanCls } from './gan-cls.ts';
import { GanClsGenerator, generatorState } from './gan-cls-generator.ts';
import { StyleEncoder, styleEncoderConfigSchema } from './style-encoder.ts';

beforeAll(() => tf.setBackend('cpu'));

const countTensors = () => tf.memory().numTensors;

/** With patterned weights: initial weights give an even grey. */
async function ganCls(): Promise<GanCls> {
  const model = smallModel({ emaHalfLife: 8 });
  await model.load(byPattern(await model.state()));
  return model;
}

testTextToImageModel('GanCls', { open: ganCls, countTensors });
testTrainableModel('GanCls', { open: ganCls, countTensors });
testTextToImageModel('GanClsGenerator', {
  countTensors,
  open: async () => {
    const trained = await ganCls();
    const generator = GanClsGenerator.fromWeights(trained.config, generatorState(await trained.state()));
    trained.dispose();
    return generator;
  },
});
testTrainable('StyleEncoder', {
  countTensors,
  open: () => {
    const painter = new MockModel({ imageSize: 32, embeddingDim: 6 });
    const config = styleEncoderConfigSchema.parse({ imageSize: 32, noiseDim: painter.noiseDim, filters: 2 });
    return new StyleEncoder(config, painter, new Rng(1));
  },
  batchFor: (_, seed) => randomEmbeddings(new Rng(seed), 4),
});
