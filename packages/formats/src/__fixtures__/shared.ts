/** Files of other programs, which are not part of the repository. Without them the tests that need them are skipped. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const shared = fileURLToPath(new URL('../../../../../shared/', import.meta.url));

/** The path of a file or directory in `../shared` beside the repository, or undefined if it does not exist. */
export function sharedPath(name: string): string | undefined {
  const path = resolve(shared, name);
  return existsSync(path) ? path : undefined;
}
