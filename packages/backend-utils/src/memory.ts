/** Guards against tensors that nobody disposes of. */

import { assert } from '@t2i/core';
import { backend, memory } from '@tensorflow/tfjs-core';

/** Tensors that are alive now, on all backends. */
export function countTensors(): number {
  return memory().numTensors;
}

/**
 * Runs `work` and returns what it returns.
 * @param name what the message calls it
 * @param keeps how many tensors more than before may be alive afterwards, at most: those that `work` returns or stores
 * @throws Error when more are, or when the backend holds more buffers than tensors account for (a kernel lost one)
 */
export async function withoutLeaks<T>(name: string, work: () => T | Promise<T>, keeps = 0): Promise<T> {
  const tensors = countTensors();
  const buffers = backend().numDataIds();
  const result = await work();
  const moreTensors = countTensors() - tensors;
  assert(moreTensors <= keeps, `${name} leaves ${moreTensors} tensors behind, ${keeps} expected`);
  const moreBuffers = backend().numDataIds() - buffers;
  assert(moreBuffers <= keeps, `${name} leaves ${moreBuffers} buffers on the backend behind, ${keeps} expected`);
  return result;
}
