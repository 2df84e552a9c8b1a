/** The boundary between JavaScript and native code: for any arguments, a function of the addon computes or throws a TypeError that names the argument. */

import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import { Rng } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { presentAddons } from './addon-paths.ts';
import { allocateBuffer } from './binding.ts';

const addon = createRequire(import.meta.url)(presentAddons()[0]!) as Record<string, (...given: unknown[]) => unknown>;

type Numbers = Float32Array | Int32Array | Uint8Array;

type Argument =
  | {
      readonly kind: 'array';
      readonly value: Numbers;
      readonly optional?: boolean;
      /** Wrong length differences: a copy takes part of an array, and a filled array may have any length. */
      readonly wrongBy?: readonly number[];
    }
  /** Whole numbers in a Float64Array. */
  | { readonly kind: 'plan'; readonly value: Float64Array }
  /** `size`: whole and not negative; `whole`: of any sign. */
  | { readonly kind: 'size'; readonly value: number }
  | { readonly kind: 'whole'; readonly value: number }
  | { readonly kind: 'real'; readonly value: number };

const floats = (length: number): Argument => ({ kind: 'array', value: new Float32Array(length) });
const ints = (length: number): Argument => ({ kind: 'array', value: new Int32Array(length) });
const bytes = (length: number): Argument => ({ kind: 'array', value: new Uint8Array(length) });
const copied = (value: Numbers): Argument => ({ kind: 'array', value, wrongBy: [-value.length, -1] });
const optional = (length: number): Argument => ({ kind: 'array', value: new Float32Array(length), optional: true });
const plan = (...values: number[]): Argument => ({ kind: 'plan', value: Float64Array.from(values) });
const size = (value: number): Argument => ({ kind: 'size', value });
const whole = (value: number): Argument => ({ kind: 'whole', value });
const real = (value: number): Argument => ({ kind: 'real', value });

type Signature = Readonly<Record<string, Argument>>;

const tail: Signature = { bias: optional(2), activation: size(6), alpha: real(0.5), slopes: floats(2) };
/** [1, 4, 4, 3] under [2, 2, 3, 2] by strides of 2. */
const convolution = plan(1, 4, 4, 3, 2, 2, 2, 2, 2, 2, 2, 1, 1, 0, 0);
const pooling: Signature = Object.fromEntries(
  [1, 4, 4, 3, 2, 2, 2, 2, 2, 2, 0, 0].map((value, i) => [
    `a number of the shape #${i}`,
    i < 10 ? size(value) : whole(value),
  ]),
);
const lrn: Signature = { channels: size(3), radius: size(1), bias: real(1), alpha: real(1), beta: real(0.5) };
const rectifier: Signature = { epsilon: real(0.1), activation: size(2), alpha: real(0.1) };
const sized = (names: string, length = 6): Signature =>
  Object.fromEntries(names.split(' ').map((name) => [name, floats(length)]));

/** [3, 2] with [2], as [rank, sizes…, strides of a…, strides of b…]. */
const broadcast = plan(2, 3, 2, 2, 1, 0, 1);
const binary = (out: Argument): Signature => ({ a: floats(6), b: floats(2), out, plan: broadcast });
const logic: Signature = { a: bytes(6), b: bytes(2), out: bytes(6), plan: broadcast };
const unary: Signature = sized('x out');
const reduction: Signature = { x: floats(12), out: floats(6), batches: size(2), length: size(2), columns: size(3) };
const extreme: Signature = { x: floats(6), out: ints(2), rows: size(2), length: size(3) };
/** [3, 2] transposed. */
const transposed = plan(2, 0, 0, 2, 3, 1, 2, 3, 1);

/** Every function with valid arguments. */
const SIGNATURES: Readonly<Record<string, Signature>> = {
  allocate: { bytes: size(64) },
  setThreads: { threads: size(1) },
  matMul: { a: floats(6), b: floats(6), out: floats(4), sizes: plan(1, 1, 1, 2, 2, 3, 0, 0), ...tail },
  conv2d: { x: floats(48), filter: floats(24), out: floats(8), shape: convolution, ...tail },
  conv2dBackpropInput: { dy: floats(8), filter: floats(24), dx: floats(48), shape: convolution },
  conv2dBackpropFilter: { x: floats(48), dy: floats(8), gradient: floats(24), shape: convolution },
  maxPool: { x: floats(48), out: floats(12), ...pooling },
  averagePool: { x: floats(48), out: floats(12), ...pooling },
  maxPoolGradient: { dy: floats(12), x: floats(48), dx: floats(48), ...pooling },
  averagePoolGradient: { dy: floats(12), dx: floats(48), ...pooling },
  batchNormMoments: { x: floats(6), mean: floats(3), variance: floats(3), rows: size(2), channels: size(3) },
  batchNormApply: {
    ...sized('x out'),
    gamma: optional(3),
    beta: optional(3),
    ...sized('mean variance', 3),
    rows: size(2),
    channels: size(3),
    ...rectifier,
  },
  batchNormGradient: {
    ...sized('dy x'),
    ...sized('gamma beta mean variance', 3),
    ...sized('dx'),
    ...sized('dgamma dbeta', 3),
    rows: size(2),
    channels: size(3),
    ...rectifier,
  },
  lrn: { ...sized('x out'), pixels: size(2), ...lrn },
  lrnGradient: { ...sized('dy x y dx'), pixels: size(2), ...lrn },
  softmax: { ...sized('x out'), rows: size(2), length: size(3) },
  adam: {
    ...sized('variable m v gradient'),
    'new variable': floats(6),
    'new m': floats(6),
    'new v': floats(6),
    learningRate: real(0.1),
    beta1: real(0.9),
    beta2: real(0.9),
    epsilon: real(0.1),
    correction1: real(1),
    correction2: real(1),
  },
  rmsProp: {
    ...sized('variable meanSquare gradient'),
    'new variable': floats(6),
    'new meanSquare': floats(6),
    learningRate: real(0.1),
    decay: real(0.9),
    epsilon: real(0.1),
  },
  weightedSum: { ...sized('a b out'), weightA: real(1), weightB: real(2) },
  select: { condition: bytes(6), ...sized('yes no out') },
  rectifierGradient: { ...sized('dy x dx'), alpha: real(0.1) },
  fill: { out: { kind: 'array', value: new Float32Array(6), wrongBy: [] }, value: real(1) },
  castIntsToFloats: { x: ints(6), out: floats(6) },
  castBytesToFloats: { x: bytes(6), out: floats(6) },
  castFloatsToBytes: { x: floats(6), out: bytes(6) },
  leakyRelu: { ...unary, 'parameter 0': real(0.1) },
  step: { ...unary, 'parameter 0': real(0.1) },
  clipByValue: { ...unary, 'parameter 0': real(0), 'parameter 1': real(1) },
  copyFloats: { x: copied(new Float32Array(6)), out: copied(new Float32Array(6)), plan: transposed },
  copyInts: { x: copied(new Int32Array(6)), out: copied(new Int32Array(6)), plan: transposed },
  copyBytes: { x: copied(new Uint8Array(6)), out: copied(new Uint8Array(6)), plan: transposed },
  gatherRows: {
    x: floats(24),
    indices: ints(4),
    out: floats(16),
    batches: size(2),
    outer: size(1),
    'axis size': size(3),
    picks: size(2),
    'slice size': size(4),
  },
  ...each('add sub multiply realDiv squaredDifference maximum minimum prelu pow eluGrad', binary(floats(6))),
  ...each('greater greaterEqual less lessEqual equal notEqual', binary(bytes(6))),
  ...each('multiplyInts squaredDifferenceInts', { a: ints(6), b: ints(2), out: ints(6), plan: broadcast }),
  ...each('logicalAnd logicalOr', logic),
  ...each('relu relu6 elu tanh sigmoid softplus exp expm1 log log1p sqrt rsqrt square neg abs sign reciprocal', unary),
  ...each('sum mean prod max min', reduction),
  ...each('argMax argMin', extreme),
};

function each(names: string, signature: Signature): Record<string, Signature> {
  return Object.fromEntries(names.split(' ').map((name) => [name, signature]));
}

/** An array of this type whose memory is gone: transferred, or cut off by a resize. */
function lostMemory(like: Numbers): unknown[] {
  const ArrayType = like.constructor as Float32ArrayConstructor;
  const { length, BYTES_PER_ELEMENT } = like;
  const transferred = new ArrayType(length);
  structuredClone(transferred.buffer, { transfer: [transferred.buffer] });
  const bytes = length * BYTES_PER_ELEMENT;
  const Resizable = ArrayBuffer as unknown as new (
    length: number,
    options: { maxByteLength: number },
  ) => ArrayBuffer & { resize(length: number): void };
  const shrunk = new Resizable(bytes, { maxByteLength: bytes });
  const outside = new ArrayType(shrunk, 0, length);
  shrunk.resize(bytes - BYTES_PER_ELEMENT);
  return [transferred, outside];
}

const NO_NUMBERS = [undefined, null, '1', {}, true, [1], 1n];
const NOT_WHOLE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5, 2 ** 53, 1e300];

/** Invalid values for this argument. */
function wrongValues(argument: Argument): unknown[] {
  if (argument.kind === 'real') return NO_NUMBERS;
  if (argument.kind === 'whole') return [...NO_NUMBERS, ...NOT_WHOLE];
  if (argument.kind === 'size') return [...NO_NUMBERS, ...NOT_WHOLE, -1];
  const { value } = argument;
  const Other = value instanceof Float32Array ? Int32Array : Float32Array;
  const wrong: unknown[] = [1, 'x', {}, [...value], new DataView(new ArrayBuffer(64)), new Other(value.length)];
  const ArrayType = value.constructor as Float32ArrayConstructor;
  const ofLengths = (wrongBy: readonly number[]) => wrongBy.map((by) => new ArrayType(value.length + by));
  if (argument.kind === 'plan') {
    return [...wrong, undefined, null, ...ofLengths([-value.length, -1, 1]), ...spoiled(argument.value)];
  }
  const { optional = false, wrongBy = [-value.length, -1, 1] } = argument;
  const lost = wrongBy.length === 0 ? [] : lostMemory(argument.value);
  return [...wrong, ...ofLengths(wrongBy), ...lost, ...(optional ? [] : [undefined, null])];
}

/** The plan with one of its numbers made impossible. */
function spoiled(plan: Float64Array): Float64Array[] {
  return [...plan.keys()].flatMap((at) =>
    [Number.NaN, Number.POSITIVE_INFINITY, 0.5, -(2 ** 60)].map((v) => plan.with(at, v)),
  );
}

describe('the addon', () => {
  it('has no function that this test leaves out', () => {
    const functions = Object.keys(addon).filter((name) => typeof addon[name] === 'function');
    expect(Object.keys(SIGNATURES).sort()).toEqual(functions.sort());
  });

  it.each(Object.entries(SIGNATURES))('%s takes what fits and refuses everything else by name', (name, signature) => {
    const given = Object.values(signature).map(({ value }) => value);
    addon[name]!(...given);
    for (const [position, [argument, description]] of Object.entries(signature).entries()) {
      const named = new RegExp(`^${name}: ${argument.split(' #')[0]} is `);
      for (const wrong of wrongValues(description)) {
        const call = () => addon[name]!(...given.with(position, wrong as never));
        expect(call, `${argument} = ${inspect(wrong)}`).toThrow(TypeError);
        const fits = Object.prototype.toString.call(wrong) === Object.prototype.toString.call(description.value);
        // It is undefined which of two arrays is too short.
        if (typeof wrong === 'object' && fits) expect(call).toThrow(new RegExp(`^${name}: `));
        else expect(call).toThrow(named);
      }
      const optionalFromHere = Object.values(signature)
        .slice(position)
        .every((rest) => rest.kind === 'array' && rest.optional);
      if (!optionalFromHere) expect(() => addon[name]!(...given.slice(0, position))).toThrow(TypeError);
    }
  });

  it('allocates nothing, and no 4 GiB', () => {
    expect(addon.allocate!(0)).toEqual(new ArrayBuffer(0));
    expect(() => addon.allocate!(2 ** 32)).toThrow(
      /^allocate: bytes is 4294967296, expected a whole number from 0 to 4294967295$/,
    );
  });

  it('works where a tensor has more than 4 GiB', () => {
    const values = new Float32Array(allocateBuffer(2 ** 32 + 64)); // zeros that have no physical memory yet
    const last = values.subarray(-4);
    addon.fill!(last, 3);
    expect(values.at(-5)).toBe(0);
    expect(values.at(-1)).toBe(3);
    const [from, to] = [2 ** 30 + 12, 2 ** 30 + 8];
    addon.copyFloats!(values, values, Float64Array.of(1, from, to, 4, 1, 1));
    expect([...values.subarray(-8)]).toEqual(new Array(8).fill(3));
  });

  it('takes any number where a real one is meant', () => {
    const out = new Float32Array(2);
    addon.fill!(out, Number.NaN);
    expect([...out]).toEqual([Number.NaN, Number.NaN]);
  });

  it('survives plans and sizes of any numbers', () => {
    const rng = new Rng(3);
    const numbers = [-1, 0, 0, 1, 1, 2, 3, 4, 5, 7, 2 ** 31, 2 ** 32, -(2 ** 31), 2 ** 52, 2 ** 53 - 1, -(2 ** 53) + 1];
    const hostile = (value: number) => (rng.integer(3) === 0 ? numbers[rng.integer(numbers.length)]! : value);
    for (const [name, signature] of Object.entries(SIGNATURES)) {
      if (name === 'allocate' || name === 'setThreads') continue;
      for (let round = 0; round < 60; round++) {
        const given = Object.values(signature).map(({ kind, value }) => {
          if (kind === 'array') return rng.integer(8) === 0 ? value.slice(1) : value.slice();
          return kind === 'plan' ? value.map(hostile) : hostile(value);
        });
        try {
          addon[name]!(...given);
        } catch (error) {
          expect(error, name).toBeInstanceOf(TypeError);
        }
      }
    }
  });
});
