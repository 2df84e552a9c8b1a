/** PNG files (third revision of the specification): filter the rows, compress them, assemble the chunks. */

import type { RgbImage } from '@t2i/core';
import { latin1, viewOf } from '../bytes.ts';
import { crc32 } from '../crc32.ts';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const DEPTH_RGB_DEFLATE = [8, 2, 0, 0, 0]; // bits, colour type, compression, filters, no interlace
/** Bytes around the data of a chunk: length, type, checksum. */
export const CHUNK_OVERHEAD = 12;
const HEAD_LENGTH = 13; // bytes of IHDR
/** The signature and IHDR, which comes first. */
export const SIGNATURE_AND_HEAD = SIGNATURE.length + CHUNK_OVERHEAD + HEAD_LENGTH;
const PIXEL = 3; // bytes
const AVERAGE = 3;

/** The type of the chunk at a position, such as `IDAT`. */
export const chunkType = (png: Uint8Array, at: number) => latin1(png.subarray(at + 4, at + 8));

/**
 * The rows of an image as PNG stores them: each row after the number of its filter, each byte minus the mean of its neighbours
 * to the left and above (section 9.2). Compared with the Paeth filter, Average takes much less time and hardly more bytes.
 * @param scratch a buffer to use if it is large enough
 */
export function filterRows({ data, width, height }: RgbImage, scratch = new Uint8Array()): Uint8Array {
  const stride = width * PIXEL;
  const size = height * (stride + 1);
  const filtered = scratch.length < size ? new Uint8Array(size) : scratch.subarray(0, size);
  let to = 0;
  for (let begin = 0; begin < height * stride; begin += stride) {
    filtered[to++] = AVERAGE;
    const second = begin + PIXEL;
    const end = begin + stride;
    if (begin === 0) {
      for (let i = 0; i < PIXEL; i++) filtered[to++] = data[i]!;
      for (let i = PIXEL; i < end; i++) filtered[to++] = data[i]! - (data[i - PIXEL]! >> 1);
    } else {
      for (let i = begin; i < second; i++) filtered[to++] = data[i]! - (data[i - stride]! >> 1);
      for (let i = second; i < end; i++) filtered[to++] = data[i]! - ((data[i - PIXEL]! + data[i - stride]!) >> 1);
    }
  }
  return filtered;
}

/** A file with 8 bits per channel. `rows` are filtered and compressed in the zlib format. */
export function assemblePng(width: number, height: number, rows: Uint8Array): Uint8Array<ArrayBuffer> {
  const png = new Uint8Array(SIGNATURE_AND_HEAD + 2 * CHUNK_OVERHEAD + rows.length);
  png.set(SIGNATURE);
  const head = viewOf(png.subarray(SIGNATURE.length + 8));
  head.setUint32(0, width);
  head.setUint32(4, height);
  png.set(DEPTH_RGB_DEFLATE, SIGNATURE.length + 16);
  png.set(rows, SIGNATURE_AND_HEAD + 8);
  closeChunk(png, SIGNATURE.length, 'IHDR', HEAD_LENGTH);
  closeChunk(png, SIGNATURE_AND_HEAD, 'IDAT', rows.length);
  closeChunk(png, SIGNATURE_AND_HEAD + CHUNK_OVERHEAD + rows.length, 'IEND', 0);
  return png;
}

/** Writes length and type before existing data, and the checksum of type and data after it (section 5.3). */
function closeChunk(png: Uint8Array, at: number, type: string, length: number): void {
  const view = viewOf(png);
  view.setUint32(at, length);
  for (let i = 0; i < 4; i++) png[at + 4 + i] = type.charCodeAt(i);
  const end = at + 8 + length;
  view.setUint32(end, crc32(png.subarray(at + 4, end)));
}
