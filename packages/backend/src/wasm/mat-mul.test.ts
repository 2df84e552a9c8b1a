import { beforeAll } from 'vitest';
import { startBackends } from '../../test/compare.ts';
import { describeProducts } from '../../test/suites/mat-mul.ts';

beforeAll(() => startBackends('wasm'));
describeProducts(12);
