import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkBackend } from './check-backend.ts';
import { findTfjsNode } from './tfjs-node-package.ts';

const isBuilt = existsSync(findTfjsNode('node').addon);

it.skipIf(!isBuilt)(
  'the backend node, built against a TensorFlow, computes what the backend cpu computes',
  async () => {
    const { description, difference } = await checkBackend('node');
    expect(description).toMatch(/^node 4\.\d+\.\d+ on TensorFlow 2\.\d+\.\d+.*: works\.$/);
    expect(difference).toBeLessThan(1e-5);
    expect(difference).toBeGreaterThan(0); // another library, not the same one twice
  },
);
