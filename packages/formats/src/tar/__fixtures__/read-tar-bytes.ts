/** Reads a complete archive from bytes, for tests. */

import type { ReadTarOptions } from '../tar.ts';
import { readTar } from '../tar.ts';

/** The bytes as a stream with chunks of `piece` bytes. */
export function streamOf(bytes: Uint8Array, piece = 700): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(offset, offset + piece));
      offset += piece;
    },
  });
}

/** Path and text of every file. */
export async function read(bytes: Uint8Array, options: Partial<ReadTarOptions> = {}, piece?: number) {
  const files: [string, string][] = [];
  const all = { accept: () => true, maxFileBytes: 2000, ...options };
  for await (const { path, bytes: body } of readTar(streamOf(bytes, piece), all)) {
    files.push([path, new TextDecoder().decode(body)]);
  }
  return files;
}

