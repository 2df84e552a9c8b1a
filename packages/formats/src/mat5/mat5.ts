/**
 * Reads numeric arrays of a MATLAB v5 file (the format of `imagelabels.mat` and `setid.mat`), compressed or not, of either byte order.
 * Implements MathWorks' "MAT-File Format", chapter 1.
 */

import { DatasetError, errorMessage } from '@t2i/core';
import { viewOf } from '../bytes.ts';
import { InflateLimitError, inflate } from '../inflate.ts';
import { MalformedError } from '../malformed-error.ts';

/** Values in column-major order, as MATLAB stores them. */
export interface MatArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** The most bytes of a file, compressed and decompressed: a thousand times the largest label file of Oxford-102. */
export const MAX_MAT_BYTES = 16 * 2 ** 20;
/** Each compressed array needs its own stream, however small it is. */
const MAX_ARRAYS = 1000;
const MAX_DIMENSIONS = 32;
const HEADER_LENGTH = 128;

const INT32 = 5;
const MATRIX = 14;
const COMPRESSED = 15;
/** Array classes double … uint64. Smaller numbers are cells, structs, objects, text and sparse, larger ones functions. */
const NUMERIC_CLASSES = { first: 6, last: 15 };
const COMPLEX_FLAG = 0x800;

interface NumberType {
  readonly length: number;
  read(view: DataView, offset: number, littleEndian: boolean): number;
}

/** Storage types by their number in the file. MATLAB stores values in the smallest type that holds them. */
const NUMBER_TYPES: Readonly<Record<number, NumberType>> = {
  1: { length: 1, read: (v, o) => v.getInt8(o) },
  2: { length: 1, read: (v, o) => v.getUint8(o) },
  3: { length: 2, read: (v, o, le) => v.getInt16(o, le) },
  4: { length: 2, read: (v, o, le) => v.getUint16(o, le) },
  5: { length: 4, read: (v, o, le) => v.getInt32(o, le) },
  6: { length: 4, read: (v, o, le) => v.getUint32(o, le) },
  7: { length: 4, read: (v, o, le) => v.getFloat32(o, le) },
  9: { length: 8, read: (v, o, le) => v.getFloat64(o, le) },
  12: { length: 8, read: (v, o, le) => exact(v.getBigInt64(o, le)) },
  13: { length: 8, read: (v, o, le) => exact(v.getBigUint64(o, le)) },
};

function exact(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new MalformedError(`it holds the number ${value}, which would be rounded`);
  return number;
}

interface Element {
  readonly type: number;
  readonly body: Uint8Array;
  /** Position of the next element. */
  readonly next: number;
}

/**
 * The real numeric arrays of a file by name. Text, cells, structs, sparse and complex arrays are omitted.
 * @throws DatasetError if the bytes are not a complete MATLAB v5 file
 */
export async function readMat5(bytes: Uint8Array, what = 'MATLAB file'): Promise<ReadonlyMap<string, MatArray>> {
  try {
    const littleEndian = readHeader(bytes);
    const arrays = new Map<string, MatArray>();
    let budget = MAX_MAT_BYTES;
    let count = 0;
    for (let offset = HEADER_LENGTH; offset < bytes.length; ) {
      if (++count > MAX_ARRAYS) throw new MalformedError(`it holds more than ${MAX_ARRAYS} arrays`, 'Split it.');
      let element = readElement(bytes, offset, littleEndian);
      offset = element.next;
      if (element.type === COMPRESSED) {
        const unpacked = await inflated(element.body, budget);
        budget -= unpacked.length;
        element = readElement(unpacked, 0, littleEndian);
      }
      if (element.type !== MATRIX)
        throw new MalformedError(`an element of type ${element.type} where an array should be`);
      const named = readMatrix(element.body, littleEndian);
      if (named) arrays.set(...named);
    }
    return arrays;
  } catch (cause) {
    if (!(cause instanceof MalformedError)) throw cause;
    throw new DatasetError(`The ${what} cannot be read: ${cause.message}.`, {
      hint: cause.hint,
      cause,
    });
  }
}

const SAVE_AS_V7 = 'Load it in MATLAB or Octave, and save it again with: save -v7';

/** Checks the header. True if numbers are little-endian. */
function readHeader(bytes: Uint8Array): boolean {
  if (bytes.length > MAX_MAT_BYTES) {
    throw new MalformedError(`it has ${bytes.length} bytes, more than ${MAX_MAT_BYTES}`, 'Save only what is needed.');
  }
  if (isMat4(bytes)) throw new MalformedError('it is a MATLAB v4 file, not MATLAB v5', SAVE_AS_V7);
  if (bytes.length < HEADER_LENGTH) throw new MalformedError(`it has ${bytes.length} bytes, a header needs 128`);
  const mark = String.fromCharCode(bytes[126]!, bytes[127]!);
  if (mark !== 'IM' && mark !== 'MI') throw new MalformedError('it is not a MATLAB v5 file');
  const littleEndian = mark === 'IM';
  const version = viewOf(bytes).getUint16(124, littleEndian);
  if (version === 0x0200)
    throw new MalformedError('it has version 0x200, MATLAB 7.3 (HDF5), not MATLAB v5', SAVE_AS_V7);
  if (version !== 0x0100) throw new MalformedError(`it has version 0x${version.toString(16)}, not MATLAB v5`);
  return littleEndian;
}

/**
 * A v4 file has no header. It begins with a number of four decimal digits, the type of its first array: byte order 0 to 4,
 * zero, storage 0 to 5, kind 0 to 2 (chapter 2). The text at the beginning of a v5 file has no zero byte there.
 */
function isMat4(bytes: Uint8Array): boolean {
  if (bytes.length < 20 || !bytes.subarray(0, 4).includes(0)) return false;
  return [true, false].some((littleEndian) => {
    const type = viewOf(bytes).getUint32(0, littleEndian);
    return type < 5000 && /^[0-4]0[0-5][0-2]$/.test(String(type).padStart(4, '0'));
  });
}

function readElement(bytes: Uint8Array, offset: number, littleEndian: boolean): Element {
  if (offset + 8 > bytes.length) throw new MalformedError(`it ends within an element at byte ${offset}`);
  const view = viewOf(bytes);
  const word = view.getUint32(offset, littleEndian);
  // a small element packs its length into the upper half of the type and its bytes into the rest of the tag
  const small = word >>> 16 !== 0;
  const type = small ? word & 0xffff : word;
  const length = small ? word >>> 16 : view.getUint32(offset + 4, littleEndian);
  const start = offset + (small ? 4 : 8);
  if (small && length > 4) throw new MalformedError(`a small element claims ${length} bytes at byte ${offset}`);
  if (start + length > bytes.length) {
    throw new MalformedError(`an element claims ${length} bytes at byte ${offset}, ${bytes.length - start} are left`);
  }
  const padded = type === COMPRESSED ? length : Math.ceil(length / 8) * 8;
  return { type, body: bytes.subarray(start, start + length), next: small ? offset + 8 : start + padded };
}

function readMatrix(body: Uint8Array, littleEndian: boolean): [string, MatArray] | undefined {
  const flags = readElement(body, 0, littleEndian);
  if (flags.body.length < 8) throw new MalformedError('an array has no flags');
  const word = viewOf(flags.body).getUint32(0, littleEndian);
  const arrayClass = word & 0xff;
  const numeric = arrayClass >= NUMERIC_CLASSES.first && arrayClass <= NUMERIC_CLASSES.last;
  if (!numeric || (word & COMPLEX_FLAG) !== 0) return undefined;

  const dimensions = readElement(body, flags.next, littleEndian);
  const name = readElement(body, dimensions.next, littleEndian);
  const values = readElement(body, name.next, littleEndian);
  if (dimensions.type !== INT32) throw new MalformedError(`an array has dimensions of type ${dimensions.type}`);
  const shape = Array.from(readNumbers(dimensions, littleEndian));
  const data = readNumbers(values, littleEndian);
  const valid = shape.length >= 2 && shape.length <= MAX_DIMENSIONS && shape.every((dim) => dim >= 0);
  if (!valid) throw new MalformedError(`an array has the shape [${shape.slice(0, MAX_DIMENSIONS).join(', ')}]`);
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (size !== data.length) throw new MalformedError(`an array [${shape.join(', ')}] holds ${data.length} values`);
  return [nameOf(name.body), { shape, data }];
}

/** The format requires ASCII names. Programs that allow more write UTF-8. */
function nameOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const readable = JSON.stringify(new TextDecoder().decode(bytes.subarray(0, 100)));
    throw new MalformedError(
      `the name ${readable} of an array is not UTF-8`,
      'Rename the array, and save the file again.',
    );
  }
}

function readNumbers({ type, body }: Element, littleEndian: boolean): Float64Array {
  const numberType = NUMBER_TYPES[type];
  if (numberType === undefined) throw new MalformedError(`values are stored as the unknown type ${type}`);
  const { length, read } = numberType;
  if (body.length % length !== 0)
    throw new MalformedError(`${body.length} bytes do not hold values of ${length} bytes`);
  const view = viewOf(body);
  const values = new Float64Array(body.length / length);
  for (let i = 0; i < values.length; i++) values[i] = read(view, i * length, littleEndian);
  return values;
}

async function inflated(element: Uint8Array, budget: number): Promise<Uint8Array> {
  try {
    return await inflate(element, 'deflate', budget);
  } catch (cause) {
    if (cause instanceof InflateLimitError) throw new MalformedError(`it unpacks to more than ${MAX_MAT_BYTES} bytes`);
    throw new MalformedError(`a compressed element is damaged (${errorMessage(cause)})`);
  }
}
