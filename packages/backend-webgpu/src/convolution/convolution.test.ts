import { Rng } from '@t2i/core';
import { skipWithoutSwiftShader } from '@t2i/test-utils';
import { expectSameWithGradients, randomValues, startBackends } from '@t2i/test-utils/kernels/compare';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { startWebgpu } from '../start-webgpu.ts';

const PATIENCE = 180_000;

/** Cases that random small shapes do not cover: more than one tile, shared sums, sets of pixels of different sizes. */
const SHAPES = [
  { what: 'tiles that are not full', image: [2, 9, 7, 18], filter: [3, 4, 18, 70], strides: [2, 3], pad: 'same' },
  { what: 'windows of single pixels', image: [3, 5, 5, 66], filter: [1, 1, 66, 65], strides: [1, 1], pad: 'valid' },
  { what: 'a sum over many places', image: [6, 26, 24, 3], filter: [4, 4, 3, 5], strides: [2, 2], pad: 'same' },
  { what: 'a stride beyond the filter', image: [2, 8, 7, 16], filter: [2, 1, 16, 4], strides: [3, 2], pad: 'valid' },
  { what: 'many channels to few', image: [2, 6, 6, 16], filter: [3, 3, 16, 130], strides: [1, 1], pad: 'same' },
] as const;

describe.skipIf(skipWithoutSwiftShader)('convolutions on SwiftShader', { timeout: PATIENCE }, () => {
  beforeAll(() => startBackends('webgpu', () => startWebgpu({ software: true })), PATIENCE);

  it.each(SHAPES)('with $what are those of the cpu backend, gradients too', async ({ image, filter, strides, pad }) => {
    const inputs = [randomValues(new Rng(1), [...image]), randomValues(new Rng(2), [...filter])];
    await expectSameWithGradients('both', inputs, (x, filter) =>
      tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, [...strides], pad),
    );
  });
});
