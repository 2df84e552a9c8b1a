/** A gzip file as a stream of its content. */

import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { ReadableStream as WebStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';

/** Errors of the file and of its compression are errors of the stream; cancelling it closes the file. */
export function gunzipped(path: string): ReadableStream<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 2 ** 18 });
  // an error of either stream ends in `gunzip`, whose reader reports it
  pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), gunzip, () => {});
  // not Readable.toWeb: cancelled while data arrives, it throws where nobody can catch it
  return WebStream.from<Uint8Array>(gunzip) as ReadableStream<Uint8Array>;
}
