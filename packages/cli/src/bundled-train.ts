/** The program of a bundle: unpacks the data once, then is `t2i train` on them. */

import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeDirectoryAtomic } from '@t2i/core/node';
import { restoreDataset } from '@t2i/dataset/node';
import { makeOnce, unpackArchive } from './bundle/archive.ts';
import { BUNDLE_FILES, type BundleFacts, unpackedPlaces } from './bundle/facts.ts';
import { trainCommand } from './commands/train.ts';
import { consoleOutput, type Output } from './output.ts';
import { runCommand } from './run-command.ts';

export interface Bundled {
  /** Directory of the bundle. */
  readonly bundle: string;
  /** Directory that its parts are unpacked into. */
  readonly cache: string;
  readonly facts: BundleFacts;
  /** Flags of `t2i train`. */
  readonly args: readonly string[];
}

/** Trains and returns the exit code. */
export async function trainBundled(bundled: Bundled, output: Output = consoleOutput): Promise<0 | 1 | 2> {
  const script = join(bundled.bundle, BUNDLE_FILES.run);
  return runCommand(output, async () => {
    if (bundled.facts.parts.data !== undefined) await unpackData(bundled, bundled.facts.parts.data, output);
    const command = trainCommand(output, `${script} --resume`).name(script).exitOverride();
    command.configureOutput({ writeOut: output.write, writeErr: (text) => output.error(text.trimEnd()) });
    await command.parseAsync(trainFlags(bundled), { from: 'user' });
  });
}

/** The flags of the person, with the bundle's configuration, data and encoder before them. */
export function trainFlags({ bundle, cache, facts, args }: Bundled): string[] {
  const places = unpackedPlaces(cache);
  const data = facts.parts.data === undefined ? [] : ['--data', places.set];
  const named = (flag: string) => args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
  if (named('--resume')) return [...data, ...args];
  const run = named('--run') ? [] : ['--run', join(bundle, 'run')];
  const encoder = existsSync(places.encoder) ? ['--encoder', places.encoder] : [];
  return ['--config', places.config, ...data, ...encoder, ...run, ...args];
}

async function unpackData({ bundle, cache }: Bundled, sha256: string, output: Output): Promise<void> {
  const { data } = unpackedPlaces(cache);
  await makeOnce(data, () => {
    output.info(`Unpacking the data into ${data}`);
    return writeDirectoryAtomic(data, async (temporary) => {
      const [condensed, set] = [join(temporary, 'condensed'), join(temporary, basename(unpackedPlaces(cache).set))];
      await unpackArchive(join(bundle, BUNDLE_FILES.data), sha256, condensed);
      await restoreDataset(condensed, set);
      const embeddings = join(condensed, 'embeddings');
      if (existsSync(embeddings)) await rename(embeddings, join(set, 'embeddings'));
      await rm(condensed, { recursive: true });
    });
  });
}
