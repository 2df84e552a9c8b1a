/** The C++ compiler of this machine. */

import { spawnSync } from 'node:child_process';
import { BackendError } from '@t2i/core';

/** Maximum length of a failed command's output that a message repeats, from its end. */
const SHOWN = 2000;

/** @throws BackendError when there is no compiler */
export function findCompiler(): string {
  const candidates = [process.env.CXX, 'c++', 'g++', 'clang++'];
  const found = candidates.find((command) => command && spawnSync(command, ['--version']).status === 0);
  if (found !== undefined && found !== '') return found;
  throw new BackendError('There is no C++ compiler: looked for $CXX, c++, g++ and clang++.', {
    hint: 'Install one: apt-get install g++, dnf install gcc-c++, or xcode-select --install.',
  });
}

/** @throws BackendError with the end of the compiler's output */
export function compile(compiler: string, options: readonly string[]): void {
  const { status, stderr, error } = spawnSync(compiler, options, { encoding: 'utf8' });
  if (status === 0) return;
  const said = error?.message ?? stderr.trim().slice(-SHOWN);
  throw new BackendError(`The addon does not compile with ${compiler}:\n${said}`, {
    hint: 'The headers and the library must be of one TensorFlow of version 2; the compiler must know C++17.',
  });
}
