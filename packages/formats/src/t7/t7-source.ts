/** The two encodings of Torch7's files (torch7/lib/TH/THDiskFile.c): binary, of either byte order and size of longs, and ASCII. */

import { type Dtype, type TensorData, toFloat16 } from '@t2i/core';
import { latin1, viewOf } from '../bytes.ts';
import { MalformedError } from '../malformed-error.ts';
import { ELEMENTS } from '../strided-tensor.ts';

/** Elements of a storage as stored in the file. */
export interface StorageBytes {
  readonly bytes: Uint8Array;
  readonly littleEndian: boolean;
}

export interface T7Source {
  /** Whether all bytes were read. */
  readonly isAtEnd: boolean;
  int(): number;
  long(): number;
  double(): number;
  /** Text with one character per byte. */
  text(length: number): string;
  elements(dtype: Dtype, count: number): StorageBytes;
}

function assertLeft(length: number, left: number): void {
  if (length >= 0 && length <= left) return;
  throw new MalformedError(`it claims ${length} bytes, ${Math.max(left, 0)} are left`);
}

export class BinaryT7 implements T7Source {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  readonly #longBytes: 4 | 8;
  #at = 0;

  constructor(bytes: Uint8Array, littleEndian: boolean, longBytes: 4 | 8) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#littleEndian = littleEndian;
    this.#longBytes = longBytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  int = () => this.#view.getInt32(this.#pass(4), this.#littleEndian);
  double = () => this.#view.getFloat64(this.#pass(8), this.#littleEndian);

  long(): number {
    if (this.#longBytes === 4) return this.int();
    const value = Number(this.#view.getBigInt64(this.#pass(8), this.#littleEndian));
    if (!Number.isSafeInteger(value)) throw new MalformedError(`it holds the size ${value}`);
    return value;
  }

  text(length: number): string {
    const begin = this.#pass(length);
    return latin1(this.#bytes.subarray(begin, begin + length));
  }

  elements(dtype: Dtype, count: number): StorageBytes {
    const width = dtype === 'I64' ? this.#longBytes : ELEMENTS[dtype].bytes;
    const begin = this.#pass(count * width);
    const bytes = this.#bytes.subarray(begin, begin + count * width);
    if (width === ELEMENTS[dtype].bytes) return { bytes, littleEndian: this.#littleEndian };
    const view = viewOf(bytes);
    return native(BigInt64Array.from({ length: count }, (_, i) => BigInt(view.getInt32(4 * i, this.#littleEndian))));
  }

  #pass(length: number): number {
    assertLeft(length, this.#bytes.length - this.#at);
    const begin = this.#at;
    this.#at += length;
    return begin;
  }
}

const SPACES = /[ \n\t\r]/;
/** Length of the longest number. */
const MAX_NUMBER_LENGTH = 40;

/** Decimal numbers, each after a space or a line break; bytes and characters are raw. */
export class AsciiT7 implements T7Source {
  readonly #text: string;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#text = latin1(bytes);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  int(): number {
    const token = this.#token();
    if (!/^-?\d{1,16}$/.test(token)) throw notANumber(token);
    this.#passEnd();
    return Number(token);
  }

  long = () => this.int();

  double(): number {
    const value = decimal(this.#token());
    this.#passEnd();
    return value;
  }

  text(length: number): string {
    assertLeft(length, this.#text.length - this.#at);
    const text = this.#text.slice(this.#at, this.#at + length);
    this.#at += length;
    this.#passEnd();
    return text;
  }

  elements(dtype: Dtype, count: number): StorageBytes {
    assertLeft(count, this.#text.length - this.#at); // each needs at least one character
    if (dtype === 'U8' || dtype === 'I8') {
      return { bytes: Uint8Array.from(this.text(count), (character) => character.charCodeAt(0)), littleEndian: true };
    }
    if (dtype === 'I64') {
      const integers = BigInt64Array.from({ length: count }, () => integer(this.#token()));
      this.#passEnd();
      return native(integers);
    }
    const numbers = Array.from({ length: count }, () => decimal(this.#token()));
    this.#passEnd();
    if (dtype === 'F16') return native(toFloat16(numbers));
    const array = new ELEMENTS[dtype].array(count);
    array.set(numbers);
    return native(array);
  }

  #token(): string {
    while (this.#at < this.#text.length && SPACES.test(this.#text[this.#at]!)) this.#at += 1;
    const begin = this.#at;
    while (
      this.#at < this.#text.length &&
      this.#at - begin <= MAX_NUMBER_LENGTH &&
      !SPACES.test(this.#text[this.#at]!)
    ) {
      this.#at += 1;
    }
    if (begin === this.#at) throw new MalformedError('it ends where a number should be');
    return this.#text.slice(begin, this.#at);
  }

  /** One line break after a value belongs to it. */
  #passEnd(): void {
    if (this.#text[this.#at] === '\n') this.#at += 1;
  }
}

function decimal(token: string): number {
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(token)) return Number(token);
  if (/^[-+]?nan/i.test(token)) return Number.NaN;
  if (/^[-+]?inf(?:inity)?$/i.test(token))
    return token.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  throw notANumber(token);
}

function integer(token: string): bigint {
  if (/^-?\d{1,19}$/.test(token)) return BigInt(token);
  throw notANumber(token);
}

const notANumber = (token: string) => new MalformedError(`${JSON.stringify(token)} is not a number`);

/** Typed arrays have the byte order of the machine, which is little-endian wherever JavaScript runs. */
function native({ buffer }: TensorData | BigInt64Array): StorageBytes {
  return { bytes: new Uint8Array(buffer), littleEndian: true };
}
