/** Products of matrices over random sizes and all transpositions, on any backend. */

import { Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { between, expectSame, expectSameWithGradients, randomValues } from './compare.ts';

const TRANSPOSITIONS = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

/** Shapes of two factors, given the sizes of the product and of the dimension summed over. */
function factors(m: number, k: number, n: number, [transposeA, transposeB]: readonly [boolean, boolean]) {
  return [transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n]] as const;
}

/** `repetitions`: random sizes to compare gradients on. */
export function describeProducts(repetitions: number): void {
  describe.each(TRANSPOSITIONS)('a product with transpositions %s, %s', (...transposed) => {
    it('has the gradients of the cpu backend', async () => {
      const rng = new Rng(1);
      for (let i = 0; i < repetitions; i++) {
        // wide and tall ones: whether the operands change places depends on the sizes
        const [m, k, n] = [rng.pick([1, 3, 40]), rng.pick([1, 5, 100]), rng.pick([1, 4, 70])];
        const inputs = factors(m, k, n, transposed).map((shape) => randomValues(rng, shape));
        await expectSameWithGradients(`${[m, k, n]}`, inputs, (a, b) => tf.matMul(a!, b!, ...transposed));
      }
    });

    it('may have outer dimensions, of size 1 or more', async () => {
      const rng = new Rng(2);
      for (const [outerA, outerB] of [
        [[1, 1], [1]],
        [[3], [3]],
        [[1], [2]],
        [
          [2, 1],
          [2, 1],
        ],
      ] as const) {
        const [a, b] = factors(3, 60, 5, transposed);
        const inputs = [randomValues(rng, [...outerA, ...a]), randomValues(rng, [...outerB, ...b])];
        await expectSame(`${outerA} · ${outerB}`, inputs, (a, b) => tf.matMul(a!, b!, ...transposed));
      }
    });

    it.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const)(
      'fused with a bias and %s is that of the cpu backend',
      async (activation) => {
        const rng = new Rng(3);
        const inputs = [...factors(4, 100, 6, transposed), [6], [6]].map((shape) => randomValues(rng, shape));
        await expectSame(activation, inputs, (a, b, bias, slope) =>
          tf.fused.matMul({
            a: a!,
            b: b!,
            transposeA: transposed[0],
            transposeB: transposed[1],
            bias: bias!,
            activation,
            leakyreluAlpha: 0.2,
            ...(activation === 'prelu' && { preluActivationWeights: slope! }),
          }),
        );
      },
    );
  });

  describe('a product', () => {
    it('takes the same elements in several shapes on its right-hand side', async () => {
      const rng = new Rng(4);
      const inputs = [
        [3, 4],
        [3, 6],
        [4, 6],
      ].map((shape) => randomValues(rng, shape));
      await expectSame('reshaped', inputs, (a, c, b) => [
        tf.matMul(a!, b!),
        tf.matMul(c!, tf.reshape(b!, [6, 4])),
        tf.fused.matMul({ a: tf.reshape(a!, [6, 2]), b: tf.reshape(b!, [2, 12]) }),
        tf.matMul(a!, b!),
      ]);
    });

    it('may be empty, or over an empty dimension', async () => {
      const rng = new Rng(5);
      for (const [m, k, n] of [
        [0, 3, 2],
        [2, 0, 3],
        [2, 3, 0],
      ] as const) {
        const inputs = factors(m, k, n, [false, false]).map((shape) => randomValues(rng, shape));
        await expectSame(`${[m, k, n]}`, inputs, (a, b) => tf.matMul(a!, b!));
      }
    });

    it('with a row of ones is the sums of columns', async () => {
      const inputs = [{ shape: [1, 200], dtype: 'float32' as const, values: Array(200).fill(1) }];
      await expectSame('ones', [...inputs, randomValues(new Rng(7), [200, 5])], (a, b) => tf.matMul(a!, b!));
      await expectSame('ones', [...inputs, randomValues(new Rng(7), [200, 1])], (a, b) => tf.matMul(a!, b!));
    });

    it('of a batch is that of the cpu backend', async () => {
      const rng = new Rng(6);
      const size = between(rng, 2, 4);
      const inputs = [randomValues(rng, [size, 5, 60]), randomValues(rng, [size, 60, 7])];
      await expectSameWithGradients('batch', inputs, (a, b) => tf.matMul(a!, b!));
    });
  });
}
