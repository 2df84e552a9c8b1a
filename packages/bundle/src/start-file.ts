/**
 * `start.mjs` of a bundle, as a file to build. This module stands directly in `src`, because what is built of it stands directly in `dist`:
 * in both, `start` is its neighbour.
 */

import { fileURLToPath } from 'node:url';

const fromSources = import.meta.url.endsWith('.ts');

/** Runs first in a bundle, and unpacks the rest. */
export const START_FILE = fileURLToPath(new URL(fromSources ? './start.ts' : './start.js', import.meta.url));

/** Which `exports` of the packages are built into a bundle: in a checkout, their sources. */
export const CONDITIONS: readonly string[] = fromSources ? ['@t2i/source'] : [];
