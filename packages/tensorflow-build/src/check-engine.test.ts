import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkEngine } from './check-engine.ts';
import { findTfjsNode } from './tfjs-node-package.ts';

const isBuilt = existsSync(findTfjsNode('node').addon);

it.skipIf(!isBuilt)('the engine node, built against a TensorFlow, computes what the engine cpu computes', async () => {
  const { description, difference } = await checkEngine('node');
  expect(description).toMatch(/^node 4\.\d+\.\d+ on TensorFlow 2\.\d+\.\d+.*: works\.$/);
  expect(difference).toBeLessThan(1e-5);
  expect(difference).toBeGreaterThan(0); // another library, not the same one twice
});
