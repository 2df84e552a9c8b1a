/**
 * What a bundle is built of. This file stands directly in `src`, because what is built of it stands directly in `dist`: in both,
 * its neighbours are the entries.
 */

import { fileURLToPath } from 'node:url';

const fromSources = import.meta.url.endsWith('.ts');
const beside = (name: string) => fileURLToPath(new URL(`./${name}.${fromSources ? 'ts' : 'js'}`, import.meta.url));

export const BUNDLE_ENTRIES = {
  /** Runs first, unpacks the rest. */
  start: beside('bundle-start'),
  /** Trains. */
  train: beside('bundled-train'),
  /** Of `exports` in the packages: which files stand for them. */
  conditions: fromSources ? ['@t2i/source'] : [],
} as const;
