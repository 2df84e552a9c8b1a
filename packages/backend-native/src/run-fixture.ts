/** For tests: runs a program of `__fixtures__/` in a separate process, because threads and addon are chosen once per process. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The JSON in the last line of the program's output. */
export function runFixture(name: string, environment: Readonly<Record<string, string>>): unknown {
  const file = fileURLToPath(new URL(`./__fixtures__/${name}.ts`, import.meta.url));
  const output = execFileSync(process.execPath, ['--conditions=@t2i/source', '--import', 'tsx', file], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return JSON.parse(output.trim().split('\n').at(-1)!);
}
