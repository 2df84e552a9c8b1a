/** Decompression with an output limit, because a small file may expand to any size. */

import { concatenate } from './bytes.ts';

/** The decompressed data exceeds the caller's limit. */
export class InflateLimitError extends Error {}

/**
 * Decompresses all of `bytes`.
 * @param format `deflate` is zlib's (RFC 1950), `deflate-raw` has no header (RFC 1951), `gzip` is RFC 1952
 * @param maxBytes most bytes of output; decompression stops there
 * @throws InflateLimitError beyond `maxBytes`, and the platform's error for damaged data
 */
export async function inflate(
  bytes: Uint8Array,
  format: 'deflate' | 'deflate-raw' | 'gzip',
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const reader = source.pipeThrough(new DecompressionStream(format)).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concatenate(chunks);
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel();
      throw new InflateLimitError(`it unpacks to more than ${maxBytes} bytes`);
    }
    chunks.push(value);
  }
}

/** Compresses all of `bytes` in the zlib format (RFC 1950), at the platform's level. */
export async function deflate(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
