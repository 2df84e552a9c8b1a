import { Rng } from '@t2i/core';
import { expectSame, randomValues, startBackends } from '@t2i/test-utils/kernels/compare';
import { describeConvolution } from '@t2i/test-utils/kernels/convolution';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startWasm } from './start-wasm.ts';

beforeAll(() => startBackends('wasm', () => startWasm()));
describeConvolution(60);

describe('convolution on wasm', () => {
  it('refuses padding that tfjs takes for that of a square filter', async () => {
    await tf.setBackend('wasm');
    const run = () =>
      tf.tidy(() =>
        tf.conv2d(tf.ones<tf.Rank.R4>([2, 2, 6, 6]), tf.ones<tf.Rank.R4>([3, 2, 6, 7]), 3, 1, 'NHWC', 1, 'floor'),
      );
    expect(run).toThrow('padding in pairs');
  });

  it('transposed, keeps the kernel of the backend for NCHW', async () => {
    const rng = new Rng(6);
    const inputs = [randomValues(rng, [2, 4, 3, 3]), randomValues(rng, [3, 3, 2, 4])];
    const attrs = { strides: 2, pad: 'same', dataFormat: 'NCHW', dimRoundingMode: undefined, inputShape: [2, 2, 6, 6] };
    await expectSame('NCHW', inputs, (dy, filter) =>
      tf.engine().runKernel('Conv2DBackpropInput', { dy: dy!, filter: filter! }, attrs as unknown as tf.NamedAttrMap),
    );
  });
});
