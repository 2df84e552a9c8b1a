/** SHA-256, which identifies published files. */

import { sha256 as portableSha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/**
 * The hash of `bytes` as 64 hexadecimal digits. The backend's own is faster and off the main thread, but browsers give it
 * to pages of https and localhost only; a server on a home network is neither.
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const { subtle } = globalThis.crypto ?? {};
  if (subtle === undefined) return bytesToHex(portableSha256(bytes));
  return bytesToHex(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
}
