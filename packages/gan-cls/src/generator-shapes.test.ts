import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { resolveGeneratorConfig } from './config.ts';
import { buildGenerator } from './generator.ts';
import { generatorShapes } from './generator-shapes.ts';
import { stockLayers } from './stock-layers.ts';
import { weightsOf } from './weights.ts';

beforeAll(() => tf.setBackend('cpu'));

it.each([32, 64, 128].flatMap((imageSize) => [true, false].map((residual) => ({ imageSize, residual }))))(
  'are those of the network that is built of %o',
  (size) => {
    const config = resolveGeneratorConfig({
      ...size,
      generatorFilters: 2,
      embeddingDim: 7,
      projectedDim: 5,
      noiseDim: 3,
    });
    const network = buildGenerator(config, stockLayers);
    const built = Object.entries(weightsOf('generator', network)).map(([name, { shape }]) => [name, shape] as const);
    expect(Object.fromEntries(generatorShapes(config))).toEqual(Object.fromEntries(built));
    network.dispose();
  },
);
