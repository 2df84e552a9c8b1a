/**
 * Reads Torch7's serialised objects (torch7/File.lua): tables, numbers, texts, tensors and objects of any class as plain data. It skips
 * functions and never runs code.
 */

import type { Dtype } from '@t2i/core';
import { formatError } from '../format-error.ts';
import { MalformedError } from '../malformed-error.ts';
import { extentOf, MAX_DIMENSIONS } from '../strided-tensor.ts';
import { AsciiT7, BinaryT7, type T7Source } from './t7-source.ts';
import { T7Function, T7Object, T7Storage, type T7Table, T7Tensor, type T7Value } from './t7-values.ts';

/** Most levels of nested tables and objects. */
const MAX_DEPTH = 1000;
const TYPE = {
  nil: 0,
  number: 1,
  string: 2,
  table: 3,
  torch: 4,
  boolean: 5,
  function: 6,
  recursive: 8,
  legacy: 7,
} as const;
const HIGHEST_TYPE = 8;
const LATEST_VERSION = 1;

const ELEMENT_TYPES: ReadonlyMap<string, Dtype> = new Map([
  ['Byte', 'U8'],
  ['Char', 'I8'],
  ['Short', 'I16'],
  ['Int', 'I32'],
  ['Long', 'I64'],
  ['Half', 'F16'],
  ['Float', 'F32'],
  ['Double', 'F64'],
  ['Cuda', 'F32'], // float on a graphics card
]);

/** Classes with their own format instead of a table. */
const OPAQUE = /^(?:tds\.|torch\.(?:Generator|Timer|Allocator|.*File$))/;

export interface ReadT7Options {
  /** Name of the file in errors. */
  readonly what?: string | undefined;
  /** Bytes of a long on the machine that wrote the file. Default: 8, or 4 if 8 does not fit. */
  readonly longBytes?: 4 | 8 | undefined;
}

/**
 * Reads the value of a `.t7` file, binary or ASCII.
 * @throws FormatError if the file is damaged, or contains an object whose class has its own format
 */
export function readT7(bytes: Uint8Array, { what = 'Torch7 file', longBytes }: ReadT7Options = {}): T7Value {
  try {
    if (longBytes !== undefined) return readAs(bytes, longBytes);
    return readWithGuessedLongs(bytes);
  } catch (cause) {
    throw formatError(what, cause);
  }
}

/** With the wrong size of longs a file cannot be read to its end. */
function readWithGuessedLongs(bytes: Uint8Array): T7Value {
  try {
    return readAs(bytes, 8);
  } catch (cause) {
    try {
      return readAs(bytes, 4, true);
    } catch {
      throw cause;
    }
  }
}

function readAs(bytes: Uint8Array, longBytes: 4 | 8, whole = false): T7Value {
  const source = sourceOf(bytes, longBytes);
  const value = new Reader(source).value(0);
  if (whole && !source.isAtEnd) throw new MalformedError('it goes on behind its value');
  return value;
}

/** A binary file begins with a type, 0 to 8, in four bytes; an ASCII file with its digit. */
function sourceOf(bytes: Uint8Array, longBytes: 4 | 8): T7Source {
  const [a, b, c, d] = bytes;
  if (bytes.length >= 4 && a! <= HIGHEST_TYPE && b === 0 && c === 0 && d === 0)
    return new BinaryT7(bytes, true, longBytes);
  if (bytes.length >= 4 && a === 0 && b === 0 && c === 0 && d! <= HIGHEST_TYPE)
    return new BinaryT7(bytes, false, longBytes);
  if (bytes.length >= 2 && a! >= 0x30 && a! <= 0x38 && (b === 0x0a || b === 0x20)) return new AsciiT7(bytes);
  throw new MalformedError('it is not a Torch7 file');
}

class Reader {
  readonly #source: T7Source;
  /** Tables and objects by number. They may occur again, even within themselves. */
  readonly #known = new Map<number, T7Value>();

  constructor(source: T7Source) {
    this.#source = source;
  }

  value(depth: number): T7Value {
    if (depth > MAX_DEPTH) throw new MalformedError(`it is nested more than ${MAX_DEPTH} deep`);
    const type = this.#source.int();
    switch (type) {
      case TYPE.nil:
        return null;
      case TYPE.number:
        return this.#source.double();
      case TYPE.boolean:
        return this.#source.int() !== 0;
      case TYPE.string:
        return this.#source.text(this.#source.int());
      case TYPE.table:
        return this.#once((index) => this.#table(index, depth));
      case TYPE.torch:
        return this.#once((index) => this.#object(index, depth));
      case TYPE.recursive:
      case TYPE.legacy:
        return this.#once((index) => this.#function(index, depth));
      case TYPE.function:
        this.#source.text(this.#source.int());
        this.value(depth + 1); // its upvalues
        return new T7Function();
      default:
        throw new MalformedError(`it has a value of the unknown type ${type}`);
    }
  }

  #once(read: (index: number) => T7Value): T7Value {
    const index = this.#source.int();
    const known = this.#known.get(index);
    return known ?? read(index);
  }

  #table(index: number, depth: number): T7Table {
    const table: T7Table = new Map();
    this.#known.set(index, table);
    this.#fill(table, depth);
    return table;
  }

  #fill(table: T7Table, depth: number): void {
    const count = this.#source.int();
    if (count < 0) throw new MalformedError(`a table in it has ${count} entries`);
    for (let k = 0; k < count; k++) {
      const key = this.value(depth + 1);
      table.set(key, this.value(depth + 1));
    }
  }

  #function(index: number, depth: number): T7Function {
    const value = new T7Function();
    this.#known.set(index, value);
    this.#source.text(this.#source.int());
    this.value(depth + 1);
    return value;
  }

  #object(index: number, depth: number): T7Value {
    const className = this.#className();
    const [, element, kind] =
      /^torch\.(?:Cuda(?=[A-Z][a-z]+(?:Tensor|Storage)$))?([A-Z][a-z]+?)(Tensor|Storage)$/.exec(className) ?? [];
    const dtype = ELEMENT_TYPES.get(element ?? '');
    if (dtype !== undefined) {
      const value = kind === 'Storage' ? this.#storage(dtype) : this.#tensor(dtype, depth);
      this.#known.set(index, value);
      return value;
    }
    if (OPAQUE.test(className)) {
      throw new MalformedError(
        `it holds an object of the class ${JSON.stringify(className.slice(0, 100))}, whose format is its own`,
        'Save it in Torch as tables and tensors.',
      );
    }
    const object = new T7Object(className);
    this.#known.set(index, object);
    this.#fields(object, depth);
    return object;
  }

  /** The class name follows its version. Files of early versions have none. */
  #className(): string {
    const first = this.#source.text(this.#source.int());
    const version = /^V (\d+)$/.exec(first)?.[1];
    if (version === undefined) return first;
    if (Number(version) > LATEST_VERSION)
      throw new MalformedError(`it has an object of version ${version.slice(0, 10)}`);
    return this.#source.text(this.#source.int());
  }

  /** An object is saved as a table of its fields, unless its class says otherwise. */
  #fields(object: T7Object, depth: number): void {
    const fields = this.value(depth + 1);
    if (fields instanceof Map) object.fields = fields;
    else if (fields !== null) {
      const name = JSON.stringify(object.className.slice(0, 100));
      throw new MalformedError(
        `an object of the class ${name} is not saved as a table`,
        'Save its fields in Torch as a table.',
      );
    }
  }

  #storage(dtype: Dtype): T7Storage {
    const length = this.#source.long();
    return new T7Storage(dtype, length, this.#source.elements(dtype, length));
  }

  #tensor(dtype: Dtype, depth: number): T7Tensor {
    const dimensions = this.#source.int();
    if (dimensions < 0 || dimensions > MAX_DIMENSIONS)
      throw new MalformedError(`a tensor in it has ${dimensions} dimensions`);
    const longs = () => Array.from({ length: dimensions }, () => this.#source.long());
    const [shape, strides] = [longs(), longs()];
    const offset = this.#source.long() - 1; // Lua counts from 1
    const storage = this.value(depth + 1);
    const tensor = T7Tensor.of(dtype, shape, strides, offset, storage);
    if (dimensions > 0) extentOf({ shape, strides, offset }, storage instanceof T7Storage ? storage.length : 0);
    return tensor;
  }
}
