import { ADAM, BATCH_NORM_TRAINING_GRAD, RECTIFIER_GRAD } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import './index.ts';

beforeAll(() => tf.setBackend('native'));

/** Native code reads the tensor's elements directly, so it must never receive a wrong size. */
it.each([
  [ADAM, { variable: [4], m: [4], v: [3], gradient: [4] }, {}],
  [RECTIFIER_GRAD, { dy: [2, 2], x: [5] }, { alpha: 0 }],
  [BATCH_NORM_TRAINING_GRAD, { dy: [2, 3], x: [2, 3], gamma: [3], beta: [2], mean: [3], variance: [3] }, {}],
  [
    tf.MaxPoolGrad,
    { dy: [1, 3, 3, 1], input: [1, 4, 4, 1], output: [1, 2, 2, 1] },
    { filterSize: 2, strides: 2, pad: 'valid' },
  ],
  [tf.AvgPoolGrad, { dy: [1, 3, 3, 1], input: [1, 4, 4, 1] }, { filterSize: 2, strides: 2, pad: 'valid' }],
  [tf.LRNGrad, { dy: [1, 1, 1, 4], x: [1, 1, 1, 8], y: [1, 1, 1, 8] }, { depthRadius: 1, bias: 1, alpha: 1, beta: 1 }],
] as [string, Record<string, number[]>, object][])('%s refuses tensors of other sizes', (kernel, shapes, attrs) => {
  tf.tidy(() => {
    const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tf.ones(shape)]));
    expect(() => tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap)).toThrow(
      new RegExp(`^${kernel}: \\w+ is .*, expected`),
    );
  });
});
