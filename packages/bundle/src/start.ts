/** `start.mjs` of a bundle. The bundle's Node runs it first; it unpacks the program once and hands over to it. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { printable, T2iError } from '@t2i/core';
import { makeOnce, unpackArchive } from './archive.ts';
import { BUNDLE_FILES, type BundledProgram, type BundleFacts, unpackedPlaces } from './facts.ts';

const [cache, ...args] = process.argv.slice(2) as [string, ...string[]];
const bundle = import.meta.dirname;

try {
  const facts = JSON.parse(await readFile(join(bundle, BUNDLE_FILES.facts), 'utf8')) as BundleFacts;
  const { program, train } = unpackedPlaces(cache);
  await makeOnce(program, () => {
    process.stderr.write(`Unpacking the program into ${program}\n`);
    return unpackArchive(join(bundle, BUNDLE_FILES.program), facts.parts.program, program);
  });
  const loaded = (await import(pathToFileURL(train).href)) as BundledProgram;
  process.exitCode = await loaded.trainBundled({ bundle, cache, facts, args });
} catch (error) {
  if (!T2iError.isInstance(error)) throw error;
  process.stderr.write(printable(`error: ${error.message}\n${error.hint === undefined ? '' : `  → ${error.hint}\n`}`));
  process.exitCode = 2;
}
