/** A file as an answer, with a tag by which a client can ask whether it has changed. */

import type { Stats } from 'node:fs';
import { openInside, statInside } from '@t2i/core/node';
import { getMimeType } from 'hono/utils/mime';
import { matches } from './images.ts';
import type { RequestContext } from './route.ts';

/** A file by its name in a directory that somebody else may have made. */
export interface FileInside {
  readonly directory: string;
  /** With forward slashes. */
  readonly name: string;
}

/** For addresses that name what they hold. */
export const IMMUTABLE = 'public, max-age=31536000, immutable';

/** A slow client shows that it reads by each chunk that it takes. */
const CHUNK = 2 ** 14;

/** Changes whenever the file does; undefined when there is no such file, or it leads outside its directory. */
export async function fileVersion(file: FileInside): Promise<string | undefined> {
  return (await look(file))?.version;
}

interface Look {
  readonly version: string;
  readonly size: number;
}

async function look({ directory, name }: FileInside): Promise<Look | undefined> {
  const found = await statInside(directory, name).catch(() => undefined);
  return found && { size: found.size, version: versionOf(found) };
}

const versionOf = ({ size, mtimeMs }: Stats) => `${size.toString(36)}-${Math.round(mtimeMs).toString(36)}`;

/** The file, or 304, or undefined when there is no such file, or it leads outside its directory. */
export async function fileResponse(
  context: RequestContext,
  file: FileInside,
  cacheControl: (version: string) => string,
): Promise<Response | undefined> {
  const found = await look(file);
  if (found === undefined) return undefined;
  const { size, version } = found;
  const headers = { ETag: `W/"${version}"`, 'Cache-Control': cacheControl(version) };
  if (matches(context.req.header('If-None-Match'), headers.ETag)) return new Response(null, { status: 304, headers });
  const type = getMimeType(file.name) ?? 'application/octet-stream';
  const description = { 'Content-Type': type, 'Content-Length': `${size}` };
  return new Response(streamFile(file, found), { headers: { ...headers, ...description } });
}

/** A model is megabytes: slow clients must not hold one each. It is opened when it is first read, which HEAD never does. */
function streamFile(file: FileInside, announced: Look): ReadableStream<Uint8Array> {
  let chunks: AsyncIterator<Uint8Array> | undefined;
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      chunks ??= await openAnnounced(file, announced);
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

/** The bytes that the headers speak of: another file under the name would be kept under their tag, some for ever. */
async function openAnnounced(
  { directory, name }: FileInside,
  { version, size }: Look,
): Promise<AsyncIterator<Uint8Array>> {
  const file = await openInside(directory, name);
  if (versionOf(await file.stat()) === version) {
    const bytes = file.createReadStream({ highWaterMark: CHUNK, end: Math.max(0, size - 1) });
    return bytes[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }
  await file.close();
  throw new Error('a file was replaced before it was sent');
}
