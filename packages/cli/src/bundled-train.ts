/** The program of a bundle: unpacks the data once, then trains on it as `t2i train` does. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLE_FILES, type Bundled, unpackData, unpackedPlaces } from '@t2i/bundle/unpack';
import { trainCommand } from './commands/train.ts';
import { HELP } from './help.ts';
import { consoleOutput, type Output } from './output.ts';
import { runCommand } from './run-command.ts';

/** Trains and returns the exit code. */
export async function trainBundled(bundled: Bundled, output: Output = consoleOutput): Promise<0 | 1 | 2> {
  const script = join(bundled.bundle, BUNDLE_FILES.run);
  return runCommand(output, async () => {
    await unpackData(bundled, output);
    const command = trainCommand(output, `${script} --resume`).name(script).configureHelp(HELP).exitOverride();
    command.configureOutput({ writeOut: output.write, writeErr: (text) => output.error(text.trimEnd()) });
    await command.parseAsync(trainFlags(bundled), { from: 'user' });
  });
}

/** The flags that were given, with the bundle's configuration, data and encoder before them. */
export function trainFlags({ bundle, cache, facts, args }: Bundled): string[] {
  const places = unpackedPlaces(cache);
  const data = facts.parts.data === undefined ? [] : ['--data', places.set];
  const named = (flag: string) => args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
  if (named('--resume')) return [...data, ...args];
  const run = named('--run') ? [] : ['--run', join(bundle, 'run')];
  const encoder = existsSync(places.encoder) ? ['--encoder', places.encoder] : [];
  return ['--config', places.config, ...data, ...encoder, ...run, ...args];
}
