/**
 * Images as PNG files (third revision), the same bytes' worth of pixels in every browser: a canvas would do with less code, but
 * browsers that protect against fingerprinting give back other pixels than were put into it.
 */

import type { RgbImage } from '@t2i/core';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const DEPTH_RGB_DEFLATE = [8, 2, 0, 0, 0]; // bits, colour type, compression, filters, no interlace

/** CRC-32 of every byte (section 15, annex D). */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

export async function encodePng({ data, width, height }: RgbImage): Promise<Blob> {
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head.set(DEPTH_RGB_DEFLATE, 8);
  const body = await deflate(unfilteredRows(data, width * 3, height));
  const parts = [SIGNATURE, chunk('IHDR', head), chunk('IDAT', body), chunk('IEND', new Uint8Array())];
  return new Blob(parts, { type: 'image/png' });
}

/** Each row behind the number of its filter: 0, none. */
function unfilteredRows(data: Uint8Array, stride: number, rows: number): Uint8Array<ArrayBuffer> {
  const filtered = new Uint8Array(rows * (stride + 1));
  for (let row = 0; row < rows; row++) {
    filtered.set(data.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  }
  return filtered;
}

/** In the zlib format, which the streams of browsers call deflate. */
async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Length, type, data, and the check sum of the latter two (section 5.3). */
function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

function crc32(bytes: Uint8Array): number {
  const crc = bytes.reduce((sum, byte) => (sum >>> 8) ^ CRC_TABLE[(sum ^ byte) & 0xff]!, 0xffffffff);
  return (crc ^ 0xffffffff) >>> 0;
}
