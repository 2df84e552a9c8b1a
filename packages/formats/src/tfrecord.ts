/** TFRecord framing (tensorflow/core/lib/io/record_writer.h), the container of TensorBoard's event files. */

import { concatenate } from './bytes.ts';
import { maskedCrc32c } from './crc32c.ts';

/** One record: its length, the checksum of the length, the data, the checksum of the data; all little-endian. */
export function tfRecord(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(12);
  const view = new DataView(head.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(head.subarray(0, 8)), true);
  const tail = new Uint8Array(4);
  new DataView(tail.buffer).setUint32(0, maskedCrc32c(data), true);
  return concatenate([head, data, tail]);
}
