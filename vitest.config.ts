import { defineConfig } from 'vitest/config';

// Tests run on the sources: the `@t2i/source` condition leads every workspace import to src/, so no build is needed.
const conditions = ['@t2i/source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    reporters: ['default', './scripts/closing-line.ts'],
    projects: [
      {
        extends: true,
        // Limits are for what hangs. They hold on a machine that is ten times slower, or as much busier.
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'tests/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/e2e/*.test.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
