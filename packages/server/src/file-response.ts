/** A file as an answer, with a tag by which a client can ask whether it has changed. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { getMimeType } from 'hono/utils/mime';
import { matches } from './pictures.ts';
import type { RequestContext } from './route.ts';

/** For addresses that name what they hold. */
export const IMMUTABLE = 'public, max-age=31536000, immutable';

/** Changes whenever the file does; undefined when there is no such file. */
export async function fileVersion(path: string): Promise<string | undefined> {
  return (await look(path))?.version;
}

async function look(path: string): Promise<{ version: string; size: number } | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile()) return undefined;
  const { size, mtimeMs } = found;
  return { size, version: `${size.toString(36)}-${Math.round(mtimeMs).toString(36)}` };
}

/** The file, or 304, or undefined when there is no such file. */
export async function fileResponse(
  context: RequestContext,
  path: string,
  cacheControl: (version: string) => string,
): Promise<Response | undefined> {
  const found = await look(path);
  if (found === undefined) return undefined;
  const { size, version } = found;
  const headers = { ETag: `W/"${version}"`, 'Cache-Control': cacheControl(version) };
  if (matches(context.req.header('If-None-Match'), headers.ETag)) return new Response(null, { status: 304, headers });
  const type = getMimeType(path) ?? 'application/octet-stream';
  const description = { 'Content-Type': type, 'Content-Length': `${size}` };
  return new Response(streamFile(path), { headers: { ...headers, ...description } });
}

/** A model is megabytes: slow clients must not hold one each. It is opened when it is first read, which HEAD never does. */
function streamFile(path: string): ReadableStream<Uint8Array> {
  let chunks: AsyncIterator<Uint8Array> | undefined;
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      chunks ??= createReadStream(path)[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks?.return?.();
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}
