/** Reads the operands of pickle operations: numbers, lines and texts. Each is checked against the end of the file. */

import { latin1, viewOf } from '../bytes.ts';
import { MalformedError } from '../malformed-error.ts';

/** Integers with more bytes or decimal digits are refused, because parsing takes quadratic time. */
const MAX_INTEGER_BYTES = 255;
const NEWLINE = 0x0a;

export class PickleBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Position of the next byte. */
  position: number;

  constructor(bytes: Uint8Array, begin: number) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.position = begin;
  }

  get size(): number {
    return this.#bytes.length;
  }

  /** The next bytes, a view of the file. */
  take(length: number): Uint8Array {
    const begin = this.#pass(length);
    return this.#bytes.subarray(begin, begin + length);
  }

  uint8 = () => this.#view.getUint8(this.#pass(1));
  uint16 = () => this.#view.getUint16(this.#pass(2), true);
  uint32 = () => this.#view.getUint32(this.#pass(4), true);
  int32 = () => this.#view.getInt32(this.#pass(4), true);
  float64 = () => this.#view.getFloat64(this.#pass(8)); // big-endian, unlike the rest

  uint64(): number {
    const value = Number(this.#view.getBigUint64(this.#pass(8), true));
    if (!Number.isSafeInteger(value)) throw new MalformedError(`it claims ${value} bytes`);
    return value;
  }

  /** Two's complement of any length, as a number if that is exact. */
  integer(length: number): number | bigint {
    if (length > MAX_INTEGER_BYTES) throw new MalformedError(`it holds a number of ${length} bytes`);
    const bytes = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    return exactNumber(length === 0 ? 0n : BigInt.asIntN(8 * length, value));
  }

  /** Reads to the end of the line and skips the line break. */
  line(): Uint8Array {
    const end = this.#bytes.indexOf(NEWLINE, this.position);
    if (end < 0) throw new MalformedError('it ends within a line');
    const line = this.take(end - this.position);
    this.position += 1;
    return line;
  }

  /** A line of decimal digits; Python 2 appends an L to some. */
  decimalLine(): number | bigint {
    const line = this.line();
    const digits = line.length <= MAX_INTEGER_BYTES ? latin1(line).trim().replace(/L$/, '') : '';
    if (!/^-?\d+$/.test(digits)) throw new MalformedError('it holds a number that is not decimal');
    return exactNumber(BigInt(digits));
  }

  /** A line with a number as Python prints it. */
  floatLine(): number {
    const line = this.line();
    const text = line.length <= MAX_INTEGER_BYTES ? latin1(line).trim() : '';
    if (/^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text);
    const special = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY };
    if (Object.hasOwn(special, text)) return special[text as keyof typeof special];
    throw new MalformedError('it holds a number that is not decimal');
  }

  /** A line with a quoted text as Python prints it; each character is a byte. */
  quotedLine(): string {
    const text = latin1(this.line()).trim();
    const quote = text[0];
    if (text.length < 2 || (quote !== "'" && quote !== '"') || text.at(-1) !== quote) {
      throw new MalformedError('it holds a text without quotes');
    }
    return text.slice(1, -1).replace(/\\(x[0-9a-f]{2}|[0-7]{1,3}|.)/gis, (_, escaped: string) => {
      if (/^x[0-9a-f]{2}$/i.test(escaped)) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
      if (/^[0-7]/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8) & 0xff);
      return ESCAPES[escaped] ?? escaped;
    });
  }

  /** A line of Python's `raw-unicode-escape`. */
  unicodeLine(): string {
    return latin1(this.line()).replace(
      /\\(?:u([0-9a-f]{4})|U([0-9a-f]{8}))/gi,
      (whole, short?: string, long?: string) => {
        const code = Number.parseInt((short ?? long)!, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      },
    );
  }

  /** Skips `length` bytes and returns their position. */
  #pass(length: number): number {
    const begin = this.position;
    if (begin + length > this.#bytes.length) {
      throw new MalformedError(`it claims ${length} bytes at byte ${begin}, ${this.#bytes.length - begin} are left`);
    }
    this.position += length;
    return begin;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { __proto__: null as never, n: '\n', r: '\r', t: '\t', '\\': '\\' };

function exactNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
