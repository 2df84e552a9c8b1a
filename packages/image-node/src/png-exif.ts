/** EXIF of a PNG that stands behind its pixels, where the decoder has stopped reading it. */

const SIGNATURE_AND_HEAD = 8 + 25; // the signature and IHDR, which comes first
const AROUND = 12; // bytes around the data of a chunk: length, type, check sum

/**
 * The same file with an `eXIf` chunk behind `IDAT` moved before it. The chunk may stand at either place
 * (PNG specification, third revision, section 5.6), and it says which side of the photo is up.
 */
export function withExifFirst(png: Uint8Array): Uint8Array {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  let pixelsSeen = false;
  for (let at = 8; at + AROUND <= bytes.length; ) {
    const next = at + AROUND + bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (next > bytes.length || (type === 'eXIf' && !pixelsSeen)) break;
    if (type === 'eXIf') {
      const parts = [bytes.subarray(0, SIGNATURE_AND_HEAD), bytes.subarray(at, next)];
      return Buffer.concat([...parts, bytes.subarray(SIGNATURE_AND_HEAD, at), bytes.subarray(next)]);
    }
    pixelsSeen ||= type === 'IDAT';
    at = next;
  }
  return png;
}
