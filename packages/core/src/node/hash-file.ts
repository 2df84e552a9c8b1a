/** The hash of an open file, read piece by piece. */

import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

const CHUNK = 2 ** 20; // bytes; hashing one takes about a millisecond, in which nothing else happens

/** A part of a file in bytes, and when to stop. */
export interface HashOptions {
  readonly begin?: number;
  /** Default: the end of the file. */
  readonly end?: number;
  readonly signal?: AbortSignal;
}

/**
 * Hexadecimal SHA-256 of a file, from its beginning wherever it was read before. What is missing before `end` is left out.
 * @throws the reason of `signal`
 */
export async function hashOpenFile(
  file: FileHandle,
  { begin = 0, end = Number.POSITIVE_INFINITY, signal }: HashOptions = {},
): Promise<string> {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(CHUNK);
  for (let at = begin; at < end; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(chunk, 0, Math.min(CHUNK, end - at), at);
    if (bytesRead === 0) break;
    hash.update(chunk.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest('hex');
}
