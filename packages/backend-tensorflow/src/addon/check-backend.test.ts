import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkBackend } from './check-backend.ts';
import { findTfjsNode } from './tfjs-node-package.ts';

const isBuilt = existsSync(findTfjsNode('node').addon);

it.skipIf(!isBuilt)('the results of the built backend node are those of the backend cpu', async () => {
  const { facts, difference } = await checkBackend('node');
  expect(facts.version).toMatch(/^4\.\d+\.\d+ on TensorFlow 2\.\d+\.\d+/);
  expect(difference).toBeLessThan(1e-5);
  expect(difference).toBeGreaterThan(0); // not the backend cpu itself
});
