import { startBackends } from '@t2i/test-utils/kernels/compare';
import { describeTrainingStep } from '@t2i/test-utils/kernels/training-step';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';
import { startWasm } from './start-wasm.ts';

beforeAll(() => startBackends('wasm', () => startWasm()));
const heap = () => {
  const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
  return [wasm.HEAPU8.length];
};
describeTrainingStep('wasm', heap, { imageSize: 32, batchSize: 8, filters: 8 });
