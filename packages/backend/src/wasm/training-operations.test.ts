import { beforeAll } from 'vitest';
import { startBackends } from '../../test/compare.ts';
import { describeTrainingOperations } from '../../test/suites/training-operations.ts';

beforeAll(() => startBackends('wasm'));
describeTrainingOperations(30);
