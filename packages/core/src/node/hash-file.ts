/** Hashes of bytes, and of files read in chunks. */

import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

const CHUNK = 2 ** 20; // bytes; hashing one blocks the thread for about a millisecond

/** A byte range of a file, and a signal to stop. */
export interface HashOptions {
  /** Default: sha256. */
  readonly algorithm?: 'sha256' | 'md5';
  readonly begin?: number;
  /** Default: the end of the file. */
  readonly end?: number;
  readonly signal?: AbortSignal;
}

/**
 * Hexadecimal hash of a file from its beginning, whatever the read position. A file that is shorter than `end` is hashed as it is.
 * @throws the reason of `signal`
 */
export async function hashOpenFile(
  file: FileHandle,
  { algorithm = 'sha256', begin = 0, end = Number.POSITIVE_INFINITY, signal }: HashOptions = {},
): Promise<string> {
  const hash = createHash(algorithm);
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

/** Hexadecimal hash of the file at `path`. */
export async function hashFile(path: string, options: HashOptions = {}): Promise<string> {
  const file = await open(path);
  try {
    return await hashOpenFile(file, options);
  } finally {
    await file.close();
  }
}

/** Hexadecimal SHA-256 of bytes or text. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
