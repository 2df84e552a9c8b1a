/** Reads the protobuf wire format field by field. There is no schema; the caller knows the field numbers. */

import { MalformedError } from '../malformed-error.ts';

/** One field of a message. */
export interface ProtobufField {
  readonly field: number;
  /** The content of a length-delimited or fixed-size value; a view of the message. Empty for a varint. */
  readonly bytes: Uint8Array;
  /** The value of a varint; exact up to 2⁵³. Zero for other types. */
  readonly number: number;
  /** Whether the field states its length: a string, bytes, a nested message, or packed numbers. */
  readonly isDelimited: boolean;
}

const NOTHING = new Uint8Array();
/** Bytes of the longest varint: 64 bits in groups of seven. */
const MAX_VARINT_BYTES = 10;

/**
 * The fields of a message, in order.
 * @throws MalformedError if the bytes end within a field, or a field has an unused wire type
 */
export function* readFields(message: Uint8Array): Generator<ProtobufField> {
  for (let at = 0; at < message.length; ) {
    let key: number;
    [key, at] = readVarint(message, at);
    const field = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === 0) {
      const [number, next] = readVarint(message, at);
      at = next;
      yield { field, bytes: NOTHING, number, isDelimited: false };
      continue;
    }
    let length: number;
    if (wire === 2) [length, at] = readVarint(message, at);
    else if (wire === 1 || wire === 5) length = wire === 1 ? 8 : 4;
    else throw new MalformedError(`it has a field of wire type ${wire}`);
    if (at + length > message.length) throw new MalformedError(`a field of ${length} bytes ends after the file`);
    yield { field, bytes: message.subarray(at, at + length), number: 0, isDelimited: wire === 2 };
    at += length;
  }
}

/**
 * The varints of a packed field.
 * @throws MalformedError if the bytes end within a number
 */
export function* readPackedVarints(bytes: Uint8Array): Generator<number> {
  for (let at = 0; at < bytes.length; ) {
    const [number, next] = readVarint(bytes, at);
    at = next;
    yield number;
  }
}

function readVarint(bytes: Uint8Array, start: number): readonly [value: number, next: number] {
  let value = 0;
  for (let k = 0; k < MAX_VARINT_BYTES; k++) {
    const byte = bytes[start + k];
    if (byte === undefined) throw new MalformedError('it ends within a number');
    value += (byte & 0x7f) * 2 ** (7 * k);
    if (byte < 0x80) return [value, start + k + 1];
  }
  throw new MalformedError('a number in it has more than 64 bits');
}
