/** The locations of the compiled addon. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The existing addons, the preferred one first. From src/ and from dist/ alike, the package is one directory up. */
export function presentAddons(): string[] {
  const explicit = process.env.T2I_NATIVE_ADDON;
  const paths = explicit
    ? [explicit]
    : ['build/Release/t2i_native.node', `prebuilds/${process.platform}-${process.arch}.node`].map((path) =>
        fileURLToPath(new URL(`../${path}`, import.meta.url)),
      );
  return paths.filter((path) => existsSync(path));
}
