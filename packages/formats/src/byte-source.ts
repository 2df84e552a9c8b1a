/** A file that is read by ranges: large ones never are in memory whole. */

import { MalformedError } from './malformed-error.ts';

export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** The bytes from `begin` up to `end`; fewer where the file ends. */
  read(begin: number, end: number): Promise<Uint8Array>;
}

/** Bytes in memory as a source. A `Blob` or a file of Node (`openByteSource` of `/node`) takes their place for large files. */
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
 * @throws MalformedError when the file ends before
 */
export async function readRange(source: ByteSource, begin: number, end: number): Promise<Uint8Array> {
  const inside = begin >= 0 && begin <= end && end <= source.size;
  const bytes = inside ? await source.read(begin, end) : undefined;
  if (bytes?.length === end - begin) return bytes;
  throw new MalformedError(`it has ${source.size} bytes and claims to have data up to byte ${end}`);
}
