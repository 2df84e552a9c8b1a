/** The `t2i` command inside of a test's own process. */

import type { Output } from '../output.ts';
import { run } from '../program.ts';

/** Runs a command; what it printed comes back with its exit code: results, notes and warnings, and problems. */
export async function t2i(
  ...argv: string[]
): Promise<{ code: number; out: string; notes: string; errors: string }> {
  const [out, notes, errors]: [string[], string[], string[]] = [[], [], []];
  const output: Output = {
    write: (text) => void out.push(text),
    info: (message) => void notes.push(message),
    warn: (message) => void notes.push(message),
    error: (message) => void errors.push(message),
  };
  const code = await run(argv, output);
  return { code, out: out.join(''), notes: notes.join('\n'), errors: errors.join('\n') };
}
