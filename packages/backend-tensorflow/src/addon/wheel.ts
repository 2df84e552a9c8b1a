/** Unpacks the files that the addon needs from a Python wheel (a zip file), without Python. */

import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { BackendError, errorMessage, T2iError } from '@t2i/core';
import { type Entry, openPromise, type ZipFile } from 'yauzl';

/** Headers that the C interface includes, directly or indirectly, and the libraries. The rest is Python and most of the size. */
const NEEDED =
  /^tensorflow\/(?:include\/(?:tensorflow\/(?:c|core\/platform)|tsl\/platform|xla\/tsl\/c)\/.*\.h|libtensorflow[^/]*\.(?:so|dylib)[^/]*)$/;

/** Several times the size that the largest wheel needs. Files of a hostile wheel may share their compressed bytes. */
const MAX_UNPACKED_BYTES = 8 * 2 ** 30;

/**
 * Writes `include/` and `lib/` into `directory`, as a C distribution has them.
 * @returns the number of files
 * @throws BackendError when it is not a wheel of TensorFlow, or damaged
 */
export async function unpackWheel(
  wheel: string,
  directory: string,
  maxBytes: number = MAX_UNPACKED_BYTES,
): Promise<number> {
  const zip = await openZip(wheel);
  let [files, bytes] = [0, 0];
  try {
    for await (const entry of zip.eachEntry()) {
      if (!NEEDED.test(entry.fileName)) continue;
      bytes += entry.uncompressedSize;
      if (bytes > maxBytes) throw damaged(wheel, `it unpacks to more than ${maxBytes} bytes`);
      const path = entry.fileName.replace(/^tensorflow\//, '').replace(/^(?=lib)/, 'lib/');
      await extract(zip, wheel, entry, join(directory, path));
      files += 1;
    }
  } catch (cause) {
    if (T2iError.isInstance(cause)) throw cause;
    throw damaged(wheel, `its directory is damaged (${errorMessage(cause)})`, cause); // including a path that leads out of it
  } finally {
    zip.close();
  }
  if (files === 0) throw damaged(wheel, 'it holds no headers or libraries of TensorFlow');
  return files;
}

function damaged(wheel: string, what: string, cause?: unknown): BackendError {
  return new BackendError(`${wheel} cannot be used: ${what}.`, {
    hint: 'Download it again: pip download tensorflow-cpu --no-deps',
    cause,
  });
}

async function openZip(wheel: string): Promise<ZipFile> {
  try {
    return await openPromise(wheel);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== undefined) throw cause; // the file system's
    throw damaged(wheel, `it is not a zip file (${errorMessage(cause)})`, cause);
  }
}

async function extract(zip: ZipFile, wheel: string, entry: Entry, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await pipeline(await zip.openReadStreamPromise(entry), withChecksum(entry), createWriteStream(path));
  } catch (cause) {
    throw damaged(wheel, `${entry.fileName} does not unpack (${errorMessage(cause)})`, cause);
  }
}

/** yauzl compares sizes and leaves the checksum to its caller. */
function withChecksum(entry: Entry) {
  return async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let sum = 0;
    for await (const chunk of chunks) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
    if (sum !== entry.crc32) throw new Error('its checksum is another one');
  };
}
