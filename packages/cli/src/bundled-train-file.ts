/** The program of a bundle, as a file. This module stands directly in `src`, and what is built of it directly in `dist`, as `bundled-train` does. */

import { fileURLToPath } from 'node:url';

const name = import.meta.url.endsWith('.ts') ? './bundled-train.ts' : './bundled-train.js';
export const BUNDLED_TRAIN = fileURLToPath(new URL(name, import.meta.url));
