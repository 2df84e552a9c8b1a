/** Exit codes of commands: 0 success, 1 a bug or a failure, 2 an error that the user can correct. */

import { errorMessage, T2iError } from '@t2i/core';
import { CommanderError } from 'commander';
import type { Output } from './output.ts';

/** Runs `work`, prints what it throws, and returns the exit code. Never throws. */
export async function runCommand(output: Output, work: () => Promise<unknown>): Promise<0 | 1 | 2> {
  try {
    await work();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed its message
    if (T2iError.isInstance(error)) {
      output.error(`error: ${error.message}`);
      if (error.hint !== undefined) output.error(`  → ${error.hint}`);
      return 2;
    }
    if (error instanceof Error && error.name === 'AbortError') {
      output.error('stopped'); // by Ctrl-C; the command itself says what is kept
      return 1;
    }
    output.error(error instanceof Error ? (error.stack ?? error.message) : errorMessage(error));
    return 1;
  }
}
