import { BackendError } from '@t2i/core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { startWasm } from './start-wasm.ts';

it('starts with SIMD, leaves no listener on the process, and can be started again', async () => {
  const count = () => process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
  const before = count();
  const facts = await startWasm();
  expect(facts).toMatchObject({ tfjsName: 'wasm', instructionSet: 'simd128', threads: 1 });
  expect(await startWasm()).toEqual(facts);
  expect(count()).toBe(before);
});

it('rejects what does not fit into its memory and continues', async () => {
  await startWasm();
  const backend = tf.backend() as BackendWasm;
  const held: tf.TensorInfo[] = [];
  const fill = () => {
    for (let i = 0; i < 4; i++) held.push(backend.makeOutput([256, 1024, 1024], 'float32')); // 1 GiB, never written
  };
  expect(fill).toThrow(BackendError);
  expect(held.length).toBeLessThan(4);
  for (const { dataId } of held) backend.disposeData(dataId);
  expect(() => backend.makeOutput([512, 1024, 1024], 'float32')).toThrow('4 GiB');
  expect(tf.tidy(() => [...tf.add(tf.tensor1d([1, 2]), 1).dataSync()])).toEqual([2, 3]);
});
