/**
 * Times `prepareOxford102` from a local directory, from archives to the packed and hashed data set with captions.
 *
 *     npx tsx --conditions=@t2i/source packages/dataset/bench/prepare.ts DIRECTORY_WITH_THE_FOUR_FILES
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareOxford102 } from '@t2i/dataset/node';

const from = process.argv[2];
if (from === undefined) throw new Error('Name the directory that holds 102flowers.tgz and the other files.');
const cacheDirectory = await mkdtemp(join(tmpdir(), 't2i-bench-'));
try {
  const start = performance.now();
  const { manifest } = await prepareOxford102({ from, cacheDirectory });
  const seconds = (performance.now() - start) / 1000;
  console.log(`prepareOxford102: ${manifest.counts.images} photos, ${seconds.toFixed(2)} s`);
} finally {
  await rm(cacheDirectory, { recursive: true, force: true });
}
