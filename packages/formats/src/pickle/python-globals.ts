/** The functions and classes of Python and NumPy that only build data. */

import { type NamedTensor, sizeOf } from '@t2i/core';
import { MalformedError } from '../malformed-error.ts';
import { type NumpyType, parseNumpyType } from '../numpy/dtype.ts';
import { ELEMENTS, gather, rowMajor } from '../strided-tensor.ts';
import { PickledObject, PickleGlobal } from './machine.ts';

const isShape = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((dim) => Number.isSafeInteger(dim));

/** Bytes, or text of Python 2 with one character per byte. */
function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Uint8Array.from(value, (character) => character.charCodeAt(0));
  throw new MalformedError('an array in it has no bytes');
}

/** A NumPy type. Its state contains the byte order. */
class PickledDtype extends PickledObject {
  readonly #name: string;
  #order = '';

  constructor(name: unknown) {
    super();
    if (typeof name !== 'string') throw new MalformedError('an array in it has no type');
    this.#name = name;
  }

  setState(state: unknown): void {
    const order = Array.isArray(state) ? state[1] : undefined;
    if (typeof order === 'string' && /^[<>|=]$/.test(order)) this.#order = order;
  }

  get type(): NumpyType {
    return parseNumpyType(this.#order + this.#name.replace(/^[<>|=]/, ''));
  }
}

/** A NumPy array. */
export class PickledArray extends PickledObject {
  #tensor: NamedTensor | undefined;

  /** @throws MalformedError if the pickle never set the content of the array */
  get tensor(): NamedTensor {
    if (this.#tensor === undefined) throw new MalformedError('an array in it has no elements');
    return this.#tensor;
  }

  /** (version, shape, type, whether in Fortran order, bytes) */
  setState(state: unknown): void {
    if (!Array.isArray(state) || state.length !== 5) throw new MalformedError('an array in it has no valid state');
    this.fill(state[4], state[2], state[1], state[3] === true);
  }

  fill(content: unknown, dtype: unknown, shape: unknown, isFortran: boolean): void {
    if (!(dtype instanceof PickledDtype) || !isShape(shape))
      throw new MalformedError('an array in it has no valid state');
    const { type } = dtype;
    const bytes = bytesOf(content);
    const needed = sizeOf(shape) * ELEMENTS[type.dtype].bytes;
    if (bytes.length !== needed) {
      throw new MalformedError(
        `an array of shape [${shape.slice(0, 8).join(', ')}] has ${bytes.length} bytes, not ${needed}`,
      );
    }
    const strides = isFortran ? rowMajor([...shape].reverse()).reverse() : rowMajor(shape);
    this.#tensor = gather(type.dtype, { shape, strides, offset: 0 }, bytes, type);
  }
}

function scalar([dtype, content]: readonly unknown[]): number {
  const array = new PickledArray();
  array.fill(content, dtype, [], false);
  return array.tensor.data[0]!;
}

function fromBuffer([content, dtype, shape, order]: readonly unknown[]): PickledArray {
  const array = new PickledArray();
  array.fill(content, dtype, shape, order === 'F');
  return array;
}

/** `_codecs.encode(text, 'latin1')`: how Python 3 writes bytes for protocol 2. */
function encode([text, encoding]: readonly unknown[]): Uint8Array {
  if (typeof text !== 'string' || encoding !== 'latin1')
    throw new MalformedError('it encodes a text in another way than latin1');
  return bytesOf(text);
}

/** A map from pairs, if there are any. */
function map([pairs = []]: readonly unknown[]): Map<unknown, unknown> {
  const valid = Array.isArray(pairs) && pairs.every((pair) => Array.isArray(pair) && pair.length === 2);
  if (!valid) throw new MalformedError('it makes a dictionary of something that is not pairs');
  return new Map(pairs as [unknown, unknown][]);
}

function list([items = []]: readonly unknown[]): unknown[] {
  if (!Array.isArray(items)) throw new MalformedError('it makes a list of something that is not one');
  return [...items];
}

/** One module has different names in Python 2 and 3, and another in NumPy 1 and 2. */
const named = (modules: readonly string[], name: string, global: PickleGlobal) =>
  modules.map((module) => [`${module}.${name}`, global] as const);

const BUILTINS = ['builtins', '__builtin__'];
const MULTIARRAY = ['numpy.core.multiarray', 'numpy._core.multiarray'];
const NUMERIC = ['numpy.core.numeric', 'numpy._core.numeric'];

export const PYTHON_GLOBALS: ReadonlyMap<string, PickleGlobal> = new Map([
  ['collections.OrderedDict', new PickleGlobal(map)],
  ['collections.defaultdict', new PickleGlobal(() => new Map())], // its argument is the default
  ['_codecs.encode', new PickleGlobal(encode)],
  ...named(BUILTINS, 'dict', new PickleGlobal(map)),
  ...named(BUILTINS, 'list', new PickleGlobal(list)),
  ...named(BUILTINS, 'tuple', new PickleGlobal(list)),
  ...named(BUILTINS, 'set', new PickleGlobal((args) => new Set(list(args)))),
  ...named(BUILTINS, 'frozenset', new PickleGlobal((args) => new Set(list(args)))),
  ...named(BUILTINS, 'bytearray', new PickleGlobal(([bytes]) => bytesOf(bytes ?? ''))),
  ...named(BUILTINS, 'int', new PickleGlobal()),
  ...named(BUILTINS, 'float', new PickleGlobal()),
  ...named(['numpy'], 'ndarray', new PickleGlobal()),
  ...named(['numpy'], 'dtype', new PickleGlobal(([name]) => new PickledDtype(name))),
  ...named(MULTIARRAY, '_reconstruct', new PickleGlobal(() => new PickledArray())),
  ...named(MULTIARRAY, 'scalar', new PickleGlobal(scalar)),
  ...named(NUMERIC, '_frombuffer', new PickleGlobal(fromBuffer)),
]);
