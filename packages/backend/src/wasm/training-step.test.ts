import * as tf from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';
import { startBackends } from '../../test/compare.ts';
import { describeTrainingStep } from '../../test/suites/training-step.ts';

beforeAll(() => startBackends('wasm'));
const heap = () => {
  const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
  return [wasm.HEAPU8.length];
};
describeTrainingStep('wasm', heap, { imageSize: 32, batchSize: 8, filters: 8 });
