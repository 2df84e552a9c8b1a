/** Writes the protobuf wire format, field by field. A message is the concatenation of its fields. */

import { concatenate } from '../bytes.ts';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** A non-negative integer of up to 53 bits. */
export function varintField(field: number, value: number): Uint8Array {
  return concatenate([varint((field << 3) | VARINT), varint(value)]);
}

/** A 64-bit float. */
export function doubleField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return concatenate([varint((field << 3) | FIXED64), bytes]);
}

/** A 32-bit float. */
export function floatField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return concatenate([varint((field << 3) | FIXED32), bytes]);
}

/** Bytes, or a nested message. */
export function bytesField(field: number, value: Uint8Array): Uint8Array {
  return concatenate([varint((field << 3) | BYTES), varint(value.length), value]);
}

/** Text as UTF-8. */
export function stringField(field: number, value: string): Uint8Array {
  return bytesField(field, new TextEncoder().encode(value));
}

/** Seven bits per byte, the lowest first. The high bit means that more follow. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80); // not >>: a step may pass 2^31
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
