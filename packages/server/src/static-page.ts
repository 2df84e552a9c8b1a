/** Serves the files of a web page beside the API. */

import type { MiddlewareHandler } from 'hono';
import { fileResponse, fileVersion, IMMUTABLE } from './file-response.ts';
import type { AppEnv } from './route.ts';

/** Bundlers put a content hash into the names of these files. */
const HASHED = /\/assets\/[^/]*-[\w-]{8,}\.\w+$/;

/** Answers with a file of `directory`, or `index.html` for a directory. Calls the next handler when there is no such file. */
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

/** The URL of a model for browsers beside the page, if there is one. */
export async function pageModelAddress(page: string | undefined): Promise<string | undefined> {
  const found = page !== undefined && (await fileVersion({ directory: page, name: 'model/model.json' }));
  return found ? '/model/' : undefined;
}

/** The parts of a URL path, or undefined when one could lead outside the directory or to a hidden file. */
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
