/** NumPy's `.npy` (numpy/lib/format.py, versions 1.0 to 3.0) and `.npz`, a zip archive of such files. */

import { type NamedTensor, sizeOf } from '@t2i/core';
import { type ByteSource, bytesSource } from '../byte-source.ts';
import { latin1, viewOf } from '../bytes.ts';
import { emptyRecord } from '../empty-record.ts';
import { formatError } from '../format-error.ts';
import { MalformedError } from '../malformed-error.ts';
import { ELEMENTS, gather, MAX_DIMENSIONS, rowMajor } from '../strided-tensor.ts';
import { readZipDirectory, readZipEntry } from '../zip/zip.ts';
import { parseNumpyType } from './dtype.ts';

const MAGIC = '\x93NUMPY';
/** NumPy itself refuses longer headers by default. */
const MAX_HEADER_BYTES = 10_000;
/** Most decompressed bytes of one array of an archive. */
const MAX_ARRAY_BYTES = 2 ** 31 - 1;

/**
 * Reads an array of numbers or booleans, in C order whatever the order of the file.
 * @throws FormatError if the file is damaged, or contains anything else, such as Python objects
 */
export function readNpy(bytes: Uint8Array, what = 'NumPy file'): NamedTensor {
  try {
    return readArray(bytes);
  } catch (cause) {
    throw formatError(what, cause);
  }
}

/**
 * Reads the arrays of an `.npz` file by name, without the extension `.npy`.
 * @throws FormatError if the archive or an array is damaged, or contains anything but numbers and booleans
 */
export async function readNpz(
  file: Uint8Array | ByteSource,
  what = 'NumPy archive',
): Promise<Readonly<Record<string, NamedTensor>>> {
  const source = file instanceof Uint8Array ? bytesSource(file) : file;
  const arrays = emptyRecord<NamedTensor>();
  try {
    for (const [name, entry] of await readZipDirectory(source)) {
      if (!name.endsWith('.npy')) continue;
      const bytes = await readZipEntry(source, entry, MAX_ARRAY_BYTES);
      arrays[name.slice(0, -4)] = readNpy(bytes, `array ${JSON.stringify(name.slice(0, 100))} of the ${what}`);
    }
  } catch (cause) {
    throw formatError(what, cause);
  }
  return arrays;
}

function readArray(bytes: Uint8Array): NamedTensor {
  const { header, end } = readHeader(bytes);
  const { dtype, littleEndian } = parseNumpyType(header.descr);
  const { shape, fortranOrder } = header;
  const needed = sizeOf(shape) * ELEMENTS[dtype].bytes;
  if (bytes.length - end !== needed) {
    throw new MalformedError(`an array of shape [${shape.join(', ')}] has ${bytes.length - end} bytes, not ${needed}`);
  }
  const strides = fortranOrder ? rowMajor([...shape].reverse()).reverse() : rowMajor(shape);
  return gather(dtype, { shape, strides, offset: 0 }, bytes.subarray(end), { littleEndian });
}

interface Header {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

function readHeader(bytes: Uint8Array): { readonly header: Header; readonly end: number } {
  if (latin1(bytes.subarray(0, MAGIC.length)) !== MAGIC) throw new MalformedError('it is not a NumPy file');
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3)
    throw new MalformedError(`it has the version ${version}`, 'Save it with NumPy again.');
  const begin = version === 1 ? 10 : 12;
  if (bytes.length < begin) throw new MalformedError('it ends within its header');
  const view = viewOf(bytes);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES) throw new MalformedError(`its header claims ${length} bytes`);
  if (begin + length > bytes.length) throw new MalformedError('it ends within its header');
  const header = bytes.subarray(begin, begin + length);
  const text = version === 3 ? new TextDecoder().decode(header) : latin1(header);
  return { header: parseHeader(text), end: begin + length };
}

const ENTRY = /'(descr|fortran_order|shape)':\s*(?:'([^'\\]*)'|(True|False)|\(([\d,\sL]*)\))\s*(,|\})\s*/y;
/** A type of several named fields is a list. */
const RECORDS = /'descr':\s*\[/;

/** A Python dictionary with these three keys, as NumPy writes it: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. */
function parseHeader(text: string): Header {
  if (RECORDS.test(text)) parseNumpyType('V'); // throws: records
  const found = new Map<string, RegExpExecArray>();
  ENTRY.lastIndex = 1 + (/^\{(\s*)/.exec(text)?.[1]?.length ?? 0);
  for (let match = ENTRY.exec(text); match !== null; match = ENTRY.exec(text)) {
    found.set(match[1]!, match);
    const { lastIndex } = ENTRY;
    if (match[5] === '}' || text[lastIndex] === '}') break;
  }
  const descr = found.get('descr')?.[2];
  const order = found.get('fortran_order')?.[3];
  const dims = found.get('shape')?.[4];
  if (descr === undefined || order === undefined || dims === undefined) {
    throw new MalformedError('its header is damaged');
  }
  const shape = dims
    .split(',')
    .map((dim) => dim.trim().replace(/L$/, ''))
    .filter((dim) => dim !== '')
    .map(Number); // 3L is Python 2's
  const valid = shape.length <= MAX_DIMENSIONS && shape.every(Number.isSafeInteger);
  if (!valid || !Number.isSafeInteger(sizeOf(shape) * 8)) throw new MalformedError('its header is damaged');
  return { descr, fortranOrder: order === 'True', shape };
}
