/** Hashes of whole files, read as a stream. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Large reads: hashing keeps up with the disk, and 140 MB are not 2,000 trips through the event loop. */
const CHUNK_LENGTH = 2 ** 20;

/** Hexadecimal digest of a file. */
export async function hashFile(path: string, algorithm: 'sha256' | 'md5' = 'sha256'): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_LENGTH })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Hexadecimal SHA-256 of bytes or text. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
