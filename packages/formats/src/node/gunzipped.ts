/** Decompresses a gzip file as a stream. */

import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { ReadableStream as WebStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import { DatasetError } from '@t2i/core';

/** Twenty times the largest known archive. A file of 8 MB can expand to as much. */
const MAX_UNPACKED_BYTES = 8 * 2 ** 30;

/**
 * Errors of the file and of its compression are errors of the stream. Cancelling the stream closes the file.
 * If the output exceeds `maxBytes`, the stream fails with a DatasetError at that point.
 */
export function gunzipped(path: string, maxBytes: number = MAX_UNPACKED_BYTES): ReadableStream<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 2 ** 18 });
  // errors of both streams reach `gunzip`, whose reader reports them
  pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), gunzip, () => {});
  // not Readable.toWeb: if it is cancelled while data arrives, it throws an error that cannot be caught
  return WebStream.from<Uint8Array>(limited(gunzip, path, maxBytes)) as ReadableStream<Uint8Array>;
}

async function* limited(
  stream: AsyncIterable<Uint8Array>,
  path: string,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void> {
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new DatasetError(`${path} unpacks to more than ${maxBytes} bytes.`, {
        hint: 'It is not the archive it should be: download it again from a source you trust.',
      });
    }
    yield chunk;
  }
}
