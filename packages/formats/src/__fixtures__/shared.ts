/** Files of other programs, which are not part of the repository. Tests that need them skip themselves where there are none. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const shared = fileURLToPath(new URL('../../../../../shared/', import.meta.url));

/** The path of a file or directory in `../shared` beside the repository, or undefined where it is not at hand. */
export function sharedPath(name: string): string | undefined {
  const path = resolve(shared, name);
  return existsSync(path) ? path : undefined;
}
