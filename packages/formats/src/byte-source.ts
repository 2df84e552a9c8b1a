/** A file that is read by ranges, so that large files are never in memory as a whole. */

import { MalformedError } from './malformed-error.ts';

export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** The bytes from `begin` up to `end`; fewer where the file ends. */
  read(begin: number, end: number): Promise<Uint8Array>;
}

/** Bytes in memory as a source. For large files use a `Blob` or a file of Node (`fileSource` of `/node`) instead. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (begin, end) => bytes.subarray(begin, end) };
}

/** A `Blob` as a source. */
export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (begin, end) => new Uint8Array(await blob.slice(begin, end).arrayBuffer()),
  };
}

/**
 * Exactly the bytes from `begin` up to `end`.
 * @throws MalformedError if the file is shorter
 */
export async function readRange(source: ByteSource, begin: number, end: number): Promise<Uint8Array> {
  const inside = begin >= 0 && begin <= end && end <= source.size;
  const bytes = inside ? await source.read(begin, end) : undefined;
  if (bytes?.length === end - begin) return bytes;
  throw new MalformedError(`it has ${source.size} bytes and claims to have data up to byte ${end}`);
}
