/** The web page that `t2i serve` puts beside the API. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, type Logger } from '@t2i/core';
import { pageDirectory } from '@t2i/web';

/**
 * @param chosen a directory; false for none; undefined for the page of `@t2i/web`, which a checkout has only once it is built
 * @returns a directory with an `index.html`, or undefined for none
 */
export function servedPage(
  chosen: string | false | undefined,
  logger: Pick<Logger, 'info'>,
  ownPage = pageDirectory,
): string | undefined {
  if (chosen === false) return undefined;
  const directory = chosen ?? ownPage;
  if (existsSync(join(directory, 'index.html'))) return directory;
  if (chosen !== undefined) {
    throw new ConfigError(`${chosen} contains no index.html.`, {
      hint: 'Leave out --page to serve the page of t2i, or name a directory with an index.html.',
    });
  }
  logger.info('The web page is not built; only the API is served. Build it with "npx --yes pnpm@10.34.9 build".');
  return undefined;
}
