/** For tests: the same computation on the cpu backend and on this one. */

import { Rng } from '@t2i/core';
import { expectAllClose } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import './index.ts';

type Numbers = Float32Array | Int32Array | Uint8Array;
interface Result {
  readonly shape: number[];
  readonly dtype: string;
  readonly values: Numbers;
}

/** Runs `compute` with the backend `name` and returns its result; all other tensors are disposed of. */
export function runOn(name: 'cpu' | 'native', compute: () => tf.Tensor | tf.Tensor[]): Result[] {
  tf.setBackend(name);
  return tf.tidy(() => {
    const made = compute();
    return (Array.isArray(made) ? made : [made]).map((tensor) => ({
      shape: tensor.shape,
      dtype: tensor.dtype,
      values: tensor.dataSync() as Numbers,
    }));
  });
}

/** Throws unless both backends give the same shapes, types and, within the tolerance, numbers. */
export function expectSameOnBoth(
  compute: () => tf.Tensor | tf.Tensor[],
  tolerance: { relative?: number; absolute?: number } = {},
): void {
  const expected = runOn('cpu', compute);
  const actual = runOn('native', compute);
  if (actual.length !== expected.length) throw new Error(`${actual.length} results, expected ${expected.length}`);
  for (const [i, { shape, dtype, values }] of expected.entries()) {
    const other = actual[i]!;
    if (`${other.dtype}[${other.shape}]` !== `${dtype}[${shape}]`) {
      throw new Error(`result ${i} is ${other.dtype}[${other.shape}], expected ${dtype}[${shape}]`);
    }
    expectAllClose(other.values, values, tolerance);
  }
}

/** Normally distributed random numbers, the same on every backend. */
export function normal(rng: Rng, shape: number[]): Float32Array {
  return rng.normal(shape.reduce((product, n) => product * n, 1));
}

/** `count` random cases, each with its own seed in the failure message. */
export function forRandomCases(count: number, check: (rng: Rng) => void): void {
  for (let seed = 1; seed <= count; seed++) {
    try {
      check(new Rng(seed));
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }
}
