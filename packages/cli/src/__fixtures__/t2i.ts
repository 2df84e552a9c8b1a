/** The `t2i` command inside of a test's own process. */

import type { Output } from '../output.ts';
import { run } from '../program.ts';

/** Runs a command; what it printed comes back with its exit code. */
export async function t2i(...argv: string[]): Promise<{ code: number; out: string; errors: string }> {
  const [out, errors]: [string[], string[]] = [[], []];
  const output: Output = {
    write: (text) => void out.push(text),
    info() {},
    warn() {},
    error: (message) => void errors.push(message),
  };
  return { code: await run(argv, output), out: out.join(''), errors: errors.join('\n') };
}
