import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('is what assembly/resize.ts compiles to', async () => {
  const build = fileURLToPath(new URL('../assembly/build.mjs', import.meta.url));
  await expect(promisify(execFile)(process.execPath, [build, '--check'])).resolves.toBeDefined();
});
