import { Rng } from '@t2i/core';
import { expectSame, randomValues, startBackends } from '@t2i/test-utils/kernels/compare';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { startWasm } from './start-wasm.ts';

beforeAll(() => startBackends('wasm', () => startWasm()));

const ids = (values: number[]) => ({ shape: [values.length], dtype: 'int32' as const, values });

describe('unsortedSegmentSum', () => {
  it('adds rows of equal ids and drops ids out of range', async () => {
    for (const shape of [[6], [6, 4], [6, 2, 3]]) {
      await expectSame(`${shape}`, [randomValues(new Rng(1), shape), ids([2, 0, 2, -1, 9, 1])], (x, ids) =>
        tf.unsortedSegmentSum(x!, ids as tf.Tensor1D, 4),
      );
    }
  });

  it.each([0, 1, 2])('is the gradient of gather along axis %i', async (axis) => {
    const x = randomValues(new Rng(2), [4, 4, 4]);
    await expectSame(`axis ${axis}`, [x, ids([3, 1, 3, 0, 3])], (x, ids) =>
      tf.grad((x) => tf.square(tf.gather(x, ids as tf.Tensor1D, axis)))(x!),
    );
  });
});
