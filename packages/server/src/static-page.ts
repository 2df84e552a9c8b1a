/** The files of a web page, served beside the API. */

import type { MiddlewareHandler } from 'hono';
import { fileResponse, fileVersion, IMMUTABLE } from './file-response.ts';
import type { AppEnv } from './route.ts';

/** Bundlers put a hash into the names of these files: another content has another name. */
const HASHED = /\/assets\/[^/]*-[\w-]{8,}\.\w+$/;

/** Answers with a file of `directory`, `index.html` for a directory, and passes on when there is none. */
export function staticPage(directory: string): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const names = namesIn(context.req.url);
    if (names === undefined) return next();
    const name = names.join('/');
    const cacheControl = () => (HASHED.test(`/${name}`) ? IMMUTABLE : 'no-cache');
    const found = await fileResponse(context, { directory, name }, cacheControl);
    const answer =
      found ?? (await fileResponse(context, { directory, name: [...names, 'index.html'].join('/') }, cacheControl));
    if (answer === undefined) return next();
    context.set('route', 'page');
    return answer;
  };
}

/** Where a model for browsers lies beside the page, if there is one: pages need not look for it in vain. */
export async function pageModelAddress(page: string | undefined): Promise<string | undefined> {
  const found = page !== undefined && (await fileVersion({ directory: page, name: 'model/model.json' }));
  return found ? '/model/' : undefined;
}

/** The parts of an address's path, or undefined when one of them could lead elsewhere or to a hidden file. */
function namesIn(url: string): string[] | undefined {
  try {
    const names = new URL(url).pathname
      .split('/')
      .filter((part) => part !== '')
      .map((part) => decodeURIComponent(part));
    return names.some((name) => name.startsWith('.') || /[/\\\0:]/.test(name)) ? undefined : names;
  } catch {
    return undefined; // not UTF-8
  }
}
