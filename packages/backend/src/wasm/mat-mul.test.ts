import { beforeAll } from 'vitest';
import { startEngines } from '../../test/compare.ts';
import { describeProducts } from '../../test/suites/mat-mul.ts';

beforeAll(() => startEngines('wasm'));
describeProducts(12);
