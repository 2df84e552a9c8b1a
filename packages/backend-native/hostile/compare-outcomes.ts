/** Compares the outcome of a case on the backend with the outcome on the cpu backend, or with the specification. */

import { sizeOf } from '@t2i/core';
import { expectAllClose } from '@t2i/test-utils';
import { KernelError } from '../src/kernel-error.ts';
import type { TensorSpec } from './arguments.ts';
import type { Case } from './case.ts';
import { HUGE } from './mutate.ts';
import type { Made, Outcome } from './outcome.ts';

/** The result of a comparison: why the two outcomes may differ, or what is wrong. */
export type Comparison =
  | { readonly result: 'equal' | 'rejected by both' }
  | { readonly result: 'rejected' | 'better'; readonly reason: string }
  | { readonly result: 'fault'; readonly reason: string };

/** Long sums in another order differ by their largest terms. */
function tolerance(expected: ArrayLike<number>): { relative: number; absolute: number } {
  let largest = 1;
  for (let i = 0; i < expected.length; i++)
    if (Math.abs(expected[i]!) < Infinity) largest = Math.max(largest, Math.abs(expected[i]!));
  return { relative: 1e-4, absolute: 1e-5 * largest };
}

/** Errors of the backend for arguments that the cpu backend accepts and TensorFlow (or NumPy, if stated) rejects. */
const SPECIFIED: readonly [message: RegExp, reason: string][] = [
  [/name one axis twice/, 'NumPy and TensorFlow reject an axis that is named twice'],
  [/is not one axis/, 'the operation is along one axis'],
  [/is not a matrix of numbers/, 'a product is of numbers'],
  [/x is a scalar/, 'the last axis is that of the channels'],
  [/epsilon is .*, expected 0 or more/, 'a variance and its epsilon are not negative'],
  [/a decay is .*, expected from 0 to 1/, 'a moving average has a decay from 0 to 1'],
  [/a correction is .*, expected more than 0/, 'the corrections of Adam are more than 0'],
  [/the axis .* is not a number/, 'an axis is a number'],
  [/do not fit the shape/, 'there is one for each axis'],
  [/is not an order of the/, 'an order names each axis once'],
  [/needs one (pair|number) for each axis/, 'there is one for each axis'],
  [/divided by zero|for a division by zero/, 'TensorFlow and PyTorch do not divide integers by zero'],
  [/products of these int32 numbers may reach/, 'the cpu backend rounds such products'],
  [/which no resizing makes/, 'tensors that belong together have shapes that do not'],
  [/missing or of the wrong kind/, 'an input or attribute is missing'],
  [/unknown activation/, 'there is no such activation'],
  [/the convolution makes|channels, the filter/, 'tensors that belong together have shapes that do not'],
  [/alignCorners and halfPixelCenters exclude/, 'TensorFlow rejects both at once'],
  [/Unknown padding parameter/, "tfjs-core's own check of the padding"],
  [/Unknown roundingMode/, "tfjs-core's own check of the rounding"],
  [/ is \[.*\], expected/, 'tensors that belong together have shapes that do not'],
  [/expected a \w+ tensor, got/, 'fused operations are for float32'],
  [/must be whole and from/, 'sizes, steps, offsets are whole and in range'],
  [/is not a shape/, 'sizes are whole and not negative'],
  [/is larger than the image/, 'a window fits into the padded image'],
  [/All values in axis param must be/, "tfjs-core's own check of axes"],
];

function holdsHuge(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) >= HUGE;
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsHuge);
}

function damaged({ arguments: { inputs } }: Case): TensorSpec[] {
  const specs = Object.values(inputs).flat() as TensorSpec[];
  return specs.filter((spec) => 'damage' in spec);
}

const isDamaged = (one: Case): boolean => damaged(one).length > 0;
const damagedAreEmpty = (one: Case): boolean => damaged(one).every(({ shape }) => sizeOf(shape) === 0);

function isWhole({ shape, dtype, values }: Made): boolean {
  const parts = dtype === 'complex64' ? 2 : 1;
  return shape.every((size) => Number.isInteger(size) && size >= 0) && values.length === parts * sizeOf(shape);
}

/** Why an error is right whatever the cpu backend does, which may run out of memory or never return. */
export function justifiedError(one: Case, actual: Outcome): Comparison | undefined {
  if (!('error' in actual)) return undefined;
  const { error } = actual;
  if (error instanceof KernelError && holdsHuge(one.arguments))
    return { result: 'rejected', reason: 'beyond the limit' };
  const reason = SPECIFIED.find(([message]) => message.test(error.message))?.[1];
  return reason === undefined ? undefined : { result: 'rejected', reason };
}

function compareError(one: Case, actual: Outcome & { error: Error }, expected: readonly Made[]): Comparison {
  const { error } = actual;
  const said = `${error.name}: ${error.message}`;
  if (!expected.every(isWhole)) return { result: 'rejected', reason: 'the cpu backend returns an inconsistent tensor' };
  if (isDamaged(one)) return { result: 'rejected', reason: 'memory of a tensor is gone' };
  if (one.arguments.illTyped) return { result: 'rejected', reason: 'an attribute is of another type' };
  const what = error instanceof KernelError ? 'it rejects what the cpu backend computes' : 'an unexpected error';
  return justifiedError(one, actual) ?? { result: 'fault', reason: `${what}: ${said}` };
}

function describe({ dtype, shape, values }: Made): string {
  return `${dtype}[${shape}] of ${values.length}: ${Array.from(values).slice(0, 8).join(' ')}`;
}

function compare(actual: readonly Made[], expected: readonly Made[]): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} tensors, expected ${expected.length}`;
  for (const [i, made] of actual.entries()) {
    const wanted = expected[i]!;
    const differs = `${describe(made)}, expected ${describe(wanted)}`;
    if (!isWhole(made) || `${made.dtype}[${made.shape}]` !== `${wanted.dtype}[${wanted.shape}]`) return differs;
    if (made.dtype === 'string') {
      if (`${made.values}` !== `${wanted.values}`) return differs;
      continue;
    }
    try {
      const numbers = wanted.values as ArrayLike<number>;
      expectAllClose(made.values as ArrayLike<number>, numbers, tolerance(numbers));
    } catch (error) {
      return `${(error as Error).message}: ${differs}`;
    }
  }
  return undefined;
}

function isEmptyBatchNorm({ kernel, arguments: { inputs } }: Case): boolean {
  return kernel.startsWith('T2iBatchNorm') && sizeOf((inputs.x as TensorSpec).shape) === 0;
}

/** Compares two outcomes. `expected` is the one of the cpu backend, or of an independent reference. */
export function compareOutcomes(one: Case, actual: Outcome, expected: Outcome): Comparison {
  if ('error' in actual) {
    if ('error' in expected) return { result: 'rejected by both' };
    return compareError(one, actual, expected.tensors);
  }
  if ('error' in expected) {
    if (isDamaged(one) && (actual.tensors.every(({ shape }) => sizeOf(shape) === 0) || damagedAreEmpty(one))) {
      return { result: 'better', reason: 'an empty tensor needs no memory' };
    }
    if (one.arguments.illTyped && /^Cannot read properties of undefined/.test(expected.error.message)) {
      return { result: 'better', reason: 'the cpu backend does not expect that the attribute is missing' };
    }
    const made = actual.tensors.map(describe).join('; ');
    return { result: 'fault', reason: `it returns ${made}; the cpu backend throws: ${expected.error.message}` };
  }
  if (actual.tensors.every(isWhole) && !expected.tensors.every(isWhole)) {
    return { result: 'better', reason: 'the cpu backend returns an inconsistent tensor' };
  }
  if (isEmptyBatchNorm(one))
    return { result: 'better', reason: 'a sum over no rows is 0, where the composition divides by their number' };
  const difference = compare(actual.tensors, expected.tensors);
  return difference === undefined ? { result: 'equal' } : { result: 'fault', reason: difference };
}
