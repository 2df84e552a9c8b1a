/** The child process: runs cases one after the other and says what it is at, so that its death names the case. */

import { writeSync } from 'node:fs';
import { Adam, batchNormTraining, RmsProp, rectify, weightedSum } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { allocateBuffer } from '../src/binding.ts';
import { BufferPool } from '../src/buffer-pool.ts';
import '../src/index.ts';
import type { NativeBackend } from '../src/native-backend.ts';
import { type Case, describeCase, hostileCase } from './case.ts';
import { type Comparison, compareOutcomes, justifiedError } from './compare-outcomes.ts';
import { outcomeOn } from './outcome.ts';
import { registerReference } from './reference.ts';

/** Every tensor in memory of its own that ends where it does and is never used again: a sanitizer sees what goes astray. */
class ExactMemory extends BufferPool {
  override acquire(bytes: number): ArrayBuffer | undefined {
    if (bytes === 0 || bytes > 2 ** 24) return undefined;
    const buffer = allocateBuffer(bytes);
    new Uint8Array(buffer).fill(0xff); // NaN, so that what is left unwritten shows
    return buffer;
  }
}

/** A backend gets the compositions of @t2i/ops when each is called once. */
function registerCompositions(): void {
  tf.setBackend('reference');
  tf.tidy(() => {
    const x = tf.ones([2, 2]);
    weightedSum(x, x, 1, 1);
    const loss = (a: tf.Tensor) => tf.sum(rectify(batchNormTraining(a, tf.ones([2]), tf.ones([2])).y, 'relu'));
    tf.grad(loss)(x);
  });
  for (const Optimiser of [Adam, RmsProp]) {
    const weight = tf.variable(tf.ones([2]));
    const optimiser = new Optimiser({ weight });
    optimiser.apply({ weight: tf.ones([2]), [weight.name]: tf.ones([2]) }, 0.1);
    optimiser.dispose();
    weight.dispose();
  }
}

function say(message: object): void {
  writeSync(1, `${JSON.stringify(message)}\n`);
}

function run(one: Case): Comparison {
  say({ number: one.number, backend: 'native' });
  const actual = outcomeOn('native', one);
  const justified = justifiedError(one, actual);
  if (justified !== undefined) return justified;
  say({ number: one.number, backend: 'reference' });
  return compareOutcomes(one, actual, outcomeOn('reference', one));
}

const [seed, first, end] = process.argv.slice(2).map(Number) as [number, number, number];
tf.setBackend('native');
const backend = tf.backend() as NativeBackend;
Object.assign(backend, { pool: new ExactMemory({ allocate: allocateBuffer, maxIdleBytes: 0 }) });
registerReference();
registerCompositions();
for (let number = first; number < end; number++) {
  const one = hostileCase(seed, number);
  const comparison = run(one);
  say({
    number,
    kernel: one.kernel,
    route: one.route,
    ...comparison,
    ...(comparison.result === 'fault' && { call: describeCase(one) }),
  });
}
