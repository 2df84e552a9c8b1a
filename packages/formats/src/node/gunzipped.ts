/** A gzip file as a stream of its content. */

import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { ReadableStream as WebStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import { DatasetError } from '@t2i/core';

/** Twenty times the largest archive here. A file of 8 MB can claim to hold as much. */
const MAX_UNPACKED_BYTES = 8 * 2 ** 30;

/**
 * Errors of the file and of its compression are errors of the stream; cancelling it closes the file.
 * A file that unpacks to more than `maxBytes` is a DatasetError, when so many have come.
 */
export function gunzipped(path: string, maxBytes: number = MAX_UNPACKED_BYTES): ReadableStream<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 2 ** 18 });
  // an error of either stream ends in `gunzip`, whose reader reports it
  pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), gunzip, () => {});
  // not Readable.toWeb: cancelled while data arrives, it throws where nobody can catch it
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
