/** A file as an answer, with a tag by which a client can ask whether it has changed. */

import { readFile, stat } from 'node:fs/promises';
import { getMimeType } from 'hono/utils/mime';
import { matches } from './pictures.ts';
import type { RequestContext } from './route.ts';

/** Changes whenever the file does; undefined when there is no such file. */
export async function fileVersion(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile()) return undefined;
  return `${found.size.toString(36)}-${Math.round(found.mtimeMs).toString(36)}`;
}

/** The file, or 304, or undefined when there is no such file. */
export async function fileResponse(
  context: RequestContext,
  path: string,
  cacheControl: (version: string) => string,
): Promise<Response | undefined> {
  const version = await fileVersion(path);
  if (version === undefined) return undefined;
  const headers = { ETag: `W/"${version}"`, 'Cache-Control': cacheControl(version) };
  if (matches(context.req.header('If-None-Match'), headers.ETag)) return new Response(null, { status: 304, headers });
  const type = getMimeType(path) ?? 'application/octet-stream';
  return new Response(await readFile(path), { headers: { ...headers, 'Content-Type': type } });
}
