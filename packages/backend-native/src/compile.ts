/**
 * Compiles the addon on request. This is a separate entry: importing the package loads the addon, so the addon must be compiled before.
 */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@t2i/core';
import { presentAddons } from './addon-paths.ts';

/**
 * Compiles the kernels for this machine's processor, unless an addon exists already. Import `@t2i/backend-native` afterwards.
 * A failure, for example without a C++17 compiler, is one line to the logger and changes nothing.
 * @returns whether an addon exists now
 */
export async function compileKernels({ logger }: { readonly logger?: Logger | undefined } = {}): Promise<boolean> {
  const present = presentAddons().length > 0;
  // A user who names an addon wants that one.
  if (present || process.env.T2I_NATIVE_ADDON) return present;
  logger?.info('Compiling the C++ kernels for this processor, once (about 25 seconds of one core)');
  const output = await run(fileURLToPath(new URL('../scripts/build.mjs', import.meta.url)));
  const compiled = presentAddons().length > 0;
  if (!compiled) logger?.warn(output.trim());
  return compiled;
}

/** The whole output of the build script. With `--install` it prints a failure, too. */
function run(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, '--install'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', reject).on('close', () => resolve(output));
  });
}
