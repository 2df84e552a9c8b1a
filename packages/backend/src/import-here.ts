/** Imports the optional packages of this package. */

import type { ImportModule } from '@t2i/backend-utils';

/** Optional packages are found from here. Bundlers must not follow this import: most of these packages exist for Node only. */
export const importHere: ImportModule = (name) => import(/* @vite-ignore */ /* webpackIgnore: true */ name);
