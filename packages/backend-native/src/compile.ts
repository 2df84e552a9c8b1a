/**
 * Compiles the addon on request. This is an entry of its own: importing the package loads the addon, so the addon must be compiled before.
 */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@t2i/core';
import { presentAddons } from './addon-paths.ts';

/**
 * Compiles the kernels for this machine's processor, unless an addon is there already. Import `@t2i/backend-native` afterwards.
 * A failure, for example because there is no C++17 compiler, is one line to the logger and leaves everything as it was.
 * @returns whether an addon is there now
 */
export async function compileKernels({ logger }: { readonly logger?: Logger | undefined } = {}): Promise<boolean> {
  const present = presentAddons().length > 0;
  // Whoever names an addon wants that one.
  if (present || process.env.T2I_NATIVE_ADDON) return present;
  logger?.info('Compiling the C++ kernels for this processor, once (about 25 seconds of one core)');
  const output = await run(fileURLToPath(new URL('../scripts/build.mjs', import.meta.url)));
  const compiled = presentAddons().length > 0;
  if (!compiled) logger?.warn(output.trim());
  return compiled;
}

/** Everything that the build script prints; with `--install` a failure is printed, too. */
function run(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, '--install'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', reject).on('close', () => resolve(output));
  });
}
