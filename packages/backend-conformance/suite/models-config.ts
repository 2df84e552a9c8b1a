/** For vitest: the tests of models, on the backend that T2I_CONFORMANCE_BACKEND names. */

import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const conditions = ['@t2i/source'];

export default defineConfig({
  root: join(import.meta.dirname, '../../..'),
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      'packages/backend-conformance/suite/*.test.ts',
      'packages/gan-cls/src/golden.test.ts',
      'packages/gan-cls/src/networks.test.ts',
    ],
    setupFiles: ['packages/backend-conformance/suite/start-backend.ts'],
    testTimeout: 300_000,
    fileParallelism: false,
  },
});
