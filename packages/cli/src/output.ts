/** Where the commands print: the console, or a test's list of lines. */

import { type Logger, printable } from '@t2i/core';

export interface Output extends Logger {
  /** Results, to stdout, as they are. */
  write(text: string): void;
  /** Problems, to stderr, one line. */
  error(message: string): void;
}

/** Results to stdout; notes, warnings and problems to stderr, so that stdout can be piped. */
export const consoleOutput: Output = {
  write: (text) => void process.stdout.write(text),
  info: (message) => void process.stderr.write(`${printable(message)}\n`),
  warn: (message) => void process.stderr.write(`warning: ${printable(message)}\n`),
  error: (message) => void process.stderr.write(`${printable(message)}\n`),
};
