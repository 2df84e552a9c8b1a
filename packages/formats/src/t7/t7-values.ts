/** The content of a Torch7 file as plain data. */

import type { Dtype, NamedTensor } from '@t2i/core';
import { MalformedError } from '../malformed-error.ts';
import { gather } from '../strided-tensor.ts';
import type { StorageBytes } from './t7-source.ts';

/** A Lua value. Tables are maps; a list is a map with the keys 1, 2, … */
export type T7Value = null | boolean | number | string | T7Table | T7Object | T7Function | T7Storage | T7Tensor;
export type T7Table = Map<T7Value, T7Value>;

/** A function. Its code is not read. */
export class T7Function {
  readonly kind = 'function';
}

/** An object of a class such as `nn.Linear`, with its class and its fields. */
export class T7Object {
  readonly className: string;
  /** Empty while an object within these fields is read. */
  fields: T7Table = new Map();

  constructor(className: string) {
    this.className = className;
  }
}

/** Numbers that tensors may share. */
export class T7Storage {
  readonly dtype: Dtype;
  /** Elements. */
  readonly length: number;
  readonly content: StorageBytes;

  constructor(dtype: Dtype, length: number, content: StorageBytes) {
    this.dtype = dtype;
    this.length = length;
    this.content = content;
  }
}

/** A view of a storage. A tensor of Torch7 without dimensions has no elements. */
export class T7Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly #strides: readonly number[];
  readonly #offset: number;
  readonly #storage: T7Storage | null;

  constructor(
    dtype: Dtype,
    shape: readonly number[],
    strides: readonly number[],
    offset: number,
    storage: T7Storage | null,
  ) {
    this.dtype = dtype;
    this.shape = shape.length === 0 ? [0] : shape;
    this.#strides = shape.length === 0 ? [1] : strides;
    this.#offset = shape.length === 0 ? 0 : offset;
    this.#storage = storage;
  }

  /**
   * A contiguous copy of the numbers.
   * @throws MalformedError if the view leaves its storage
   */
  read(): NamedTensor {
    const { dtype, shape } = this;
    const content = this.#storage?.content ?? { bytes: new Uint8Array(), littleEndian: true };
    return gather(dtype, { shape, strides: this.#strides, offset: this.#offset }, content.bytes, content);
  }

  /** @throws MalformedError unless the storage has numbers of this type */
  static of(
    dtype: Dtype,
    shape: readonly number[],
    strides: readonly number[],
    offset: number,
    storage: unknown,
  ): T7Tensor {
    const valid = storage === null || (storage instanceof T7Storage && storage.dtype === dtype);
    if (!valid) throw new MalformedError('a tensor in it has no storage of its type');
    return new T7Tensor(dtype, shape, strides, offset, storage);
  }
}
