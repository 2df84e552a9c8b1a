/** The arguments of one call of a kernel, as plain data: made by the tables of this directory, spoiled by `mutate.ts`. */

import type { Rng } from '@t2i/core';

export type Dtype = 'float32' | 'int32' | 'bool' | 'string';

/** What a program can do to the memory that a tensor was made of. */
export type Damage = 'transferred' | 'shrunk' | 'grown';

export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** All values, or undefined for random ones. */
  readonly values?: readonly (number | string)[];
  /** Random integers are below this. */
  readonly limit?: number;
  readonly damage?: Damage;
  /** The same tensor as the input of this name. */
  readonly same?: string;
}

/** An input may be a list of tensors, and so may all inputs together. */
export type Inputs = Readonly<Record<string, TensorSpec | readonly TensorSpec[]>>;

export type Attribute = number | string | boolean | undefined | readonly Attribute[];

export interface Arguments {
  readonly inputs: Inputs;
  /** The kernel takes its inputs as an array: names are '0', '1', … */
  readonly list?: boolean;
  readonly attrs: Readonly<Record<string, Attribute>>;
  /** An attribute is of another type than the kernel declares: an error is always right. */
  readonly illTyped?: boolean;
}

/** Tensors and attributes of a call of the public API. They are of any type on purpose: `never` goes wherever tfjs wants something. */
export type Given = Readonly<Record<string, never>>;

/** How a kernel is called well. */
export interface Kind {
  readonly make: (draw: Draw) => Arguments;
  /** The same call through the public API of tfjs or of @t2i/ops, whose own checks come first. */
  readonly api?: (tensors: Given, attrs: Given) => unknown;
}

export type Kinds = Readonly<Record<string, Kind>>;

const SIZES = [1, 1, 2, 2, 3, 4, 5, 7];

/** Random well-formed pieces. */
export class Draw {
  private readonly rng: Rng;

  constructor(rng: Rng) {
    this.rng = rng;
  }

  pick<const T extends readonly unknown[]>(...values: T): T[number] {
    return values[this.rng.integer(values.length)];
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + this.rng.integer(high - low + 1);
  }

  size(): number {
    // Now and then long enough for several vectors, or several threads.
    return this.rng.integer(40) === 0 ? this.pick(33, 64, 300) : this.pick(...SIZES);
  }

  shape(rank = this.whole(0, 4)): number[] {
    return Array.from({ length: rank }, () => this.size());
  }

  axis(rank: number): number {
    return this.whole(-rank, rank - 1);
  }

  flag(): boolean {
    return this.rng.integer(2) === 0;
  }

  /** The axes 0 … rank − 1 in random order. */
  order(rank: number): number[] {
    const left = Array.from({ length: rank }, (_, axis) => axis);
    return Array.from({ length: rank }, () => left.splice(this.rng.integer(left.length), 1)[0]!);
  }

  /** Some of the axes, each once. */
  axes(rank: number): number[] {
    return this.order(rank).slice(0, this.whole(0, rank));
  }

  floats(count: number): Float32Array {
    return this.rng.normal(count);
  }
}

/** Inputs of a kernel that takes them as an array. */
export const listed = (specs: readonly TensorSpec[]): Inputs => Object.fromEntries(Object.entries(specs));

export const floats = (shape: readonly number[]): TensorSpec => ({ shape, dtype: 'float32' });
export const flags = (shape: readonly number[]): TensorSpec => ({ shape, dtype: 'bool' });
export const ints = (shape: readonly number[], limit = 9): TensorSpec => ({ shape, dtype: 'int32', limit });

export function known(dtype: Dtype, values: readonly (number | string)[], shape = [values.length]): TensorSpec {
  return { shape, dtype, values };
}
