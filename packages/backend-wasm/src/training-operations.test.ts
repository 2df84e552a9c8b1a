import { startBackends } from '@t2i/test-utils/kernels/compare';
import { describeTrainingOperations } from '@t2i/test-utils/kernels/training-operations';
import { beforeAll } from 'vitest';
import { startWasm } from './start-wasm.ts';

beforeAll(() => startBackends('wasm', () => startWasm()));
describeTrainingOperations(30);
