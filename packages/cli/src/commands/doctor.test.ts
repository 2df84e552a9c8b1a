import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { hasLimits } from '@t2i/test-utils';
import { expect, it } from 'vitest';

const FIXTURE = join(import.meta.dirname, '__fixtures__/exhausted-doctor.ts');

it.skipIf(!hasLimits()).each(['threads', 'memory'])('the doctor answers where there are no more %s', (what) => {
  const command = ['--conditions=@t2i/source', '--import', 'tsx', FIXTURE, what];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  const backends = [...stdout.matchAll(/^ {2}(?:yes|no ) +([\w-]+)/gm)].map(([, name]) => name);
  expect({ status, backends }, stderr).toEqual({
    status: 0,
    backends: ['native', 'node-gpu', 'node', 'webgpu', 'wasm', 'cpu'],
  });
  expect(stdout).toMatch(/^ {2}yes cpu /m);
});
