import { beforeAll } from 'vitest';
import { startEngines } from '../../test/compare.ts';
import { describeTrainingOperations } from '../../test/suites/training-operations.ts';

beforeAll(() => startEngines('wasm'));
describeTrainingOperations(30);
