/** A file as a response, with an ETag. */

import type { Stats } from 'node:fs';
import { openInside, statInside } from '@t2i/core/node';
import { getMimeType } from 'hono/utils/mime';
import { matches } from './images.ts';
import type { RequestContext } from './route.ts';

/** A file by its name inside a directory. The directory may come from an untrusted source. */
export interface FileInside {
  readonly directory: string;
  /** With forward slashes. */
  readonly name: string;
}

/** For URLs that identify their content. */
export const IMMUTABLE = 'public, max-age=31536000, immutable';

/** Small, so that a slow client shows progress with each chunk. */
const CHUNK = 2 ** 14;

/** A string that changes with the file; undefined when the file is missing or outside its directory. */
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

/** The file, or 304, or undefined when the file is missing or outside its directory. */
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

/** Streams, so that slow clients do not each hold a whole model in memory. Opens the file at the first read, which HEAD never does. */
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

/** Opens the file that the headers describe. A file replaced in the meantime would be cached under the wrong tag. */
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
