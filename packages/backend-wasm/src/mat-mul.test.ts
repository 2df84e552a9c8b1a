import { startBackends } from '@t2i/test-utils/kernels/compare';
import { describeProducts } from '@t2i/test-utils/kernels/mat-mul';
import { beforeAll } from 'vitest';
import { startWasm } from './start-wasm.ts';

beforeAll(() => startBackends('wasm', () => startWasm()));
describeProducts(12);
