/** `start.mjs` of a bundle, which its Node runs first: unpacks the program once and hands over. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { T2iError } from '@t2i/core';
import { makeOnce, unpackArchive } from './bundle/archive.ts';
import { BUNDLE_FILES, type BundleFacts, unpackedPlaces } from './bundle/facts.ts';
import type { trainBundled } from './bundled-train.ts';
import { printable } from './output.ts';

const [cache, ...args] = process.argv.slice(2) as [string, ...string[]];
const bundle = import.meta.dirname;

try {
  const facts = JSON.parse(await readFile(join(bundle, BUNDLE_FILES.facts), 'utf8')) as BundleFacts;
  const { program, train } = unpackedPlaces(cache);
  await makeOnce(program, () => {
    process.stderr.write(`Unpacking the program into ${program}\n`);
    return unpackArchive(join(bundle, BUNDLE_FILES.program), facts.parts.program, program);
  });
  const loaded = (await import(pathToFileURL(train).href)) as { trainBundled: typeof trainBundled };
  process.exitCode = await loaded.trainBundled({ bundle, cache, facts, args });
} catch (error) {
  if (!T2iError.isInstance(error)) throw error;
  process.stderr.write(printable(`error: ${error.message}\n${error.hint === undefined ? '' : `  → ${error.hint}\n`}`));
  process.exitCode = 2;
}
