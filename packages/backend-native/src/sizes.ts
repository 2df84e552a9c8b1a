/** Checked arithmetic on shapes, for shape rules. Native code reads as many elements as it is told to. */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import { demand, refuse } from './kernel-error.ts';

/** Strides, offsets and sizes are 32-bit integers in the plans that native code reads. */
export const MAX_ELEMENTS = 2 ** 31 - 1;

/**
 * The number of elements of `shape`. Refuses sizes that are negative or not whole, and shapes whose elements or strides
 * cannot be addressed.
 */
export function checkedSize(shape: readonly number[]): number {
  let size = 1;
  let span = 1;
  for (const dim of shape) {
    if (!(Number.isInteger(dim) && dim >= 0))
      refuse(`[${shape}] is not a shape: each size is a whole number, 0 or more`);
    size *= dim;
    span *= dim === 0 ? 1 : dim;
  }
  if (span > MAX_ELEMENTS) {
    refuse(
      `a tensor of shape [${shape}] would have ${span} elements; a tensor holds at most ${MAX_ELEMENTS}`,
      'Split the work into smaller tensors.',
    );
  }
  return size;
}

/** Refuses unless each of `tensors` has exactly this shape. */
export function checkShapes(shape: readonly number[], tensors: Readonly<Record<string, TensorInfo>>): void {
  for (const name in tensors) checkShape(name, tensors[name]!, shape);
}

/** Refuses unless `info` has exactly this shape. */
export function checkShape(name: string, info: TensorInfo, shape: readonly number[]): void {
  demand(util.arraysEqual(info.shape, shape as number[]), () => `${name} is [${info.shape}], expected [${shape}]`);
}

export function checkRank(name: string, shape: readonly number[], rank: number): void {
  demand(shape.length === rank, () => `${name} is [${shape}], expected ${rank} axes`);
}

/** Refuses unless every number is whole and between `least` and the largest int32. */
export function checkWhole(name: string, numbers: readonly number[], least = -MAX_ELEMENTS): void {
  for (const number of numbers) {
    const fits = Number.isInteger(number) && number >= least && number <= MAX_ELEMENTS;
    demand(fits, () => `${name} is ${numbers}; it must be whole and from ${least} to ${MAX_ELEMENTS}`);
  }
}

/** Refuses unless each is a number, the only type that native code accepts. */
export function checkNumbers(numbers: Readonly<Record<string, unknown>>): void {
  for (const name in numbers) {
    demand(typeof numbers[name] === 'number', () => `${name} is ${numbers[name]}, which is not a number`);
  }
}

/** Refuses settings of an optimiser that are out of range: an epsilon below 0, a decay outside [0, 1]. */
export function checkDecays(epsilon: number, ...decays: number[]): void {
  demand(epsilon >= 0, () => `epsilon is ${epsilon}, expected 0 or more`);
  for (const decay of decays) demand(decay >= 0 && decay <= 1, () => `a decay is ${decay}, expected from 0 to 1`);
}

/** The axes given by `axis`, each once. An axis that is named twice is refused, as in numpy and TensorFlow. */
export function distinctAxes(axis: number | number[], shape: readonly number[]): number[] {
  demand(
    [axis ?? []].flat().every((one) => typeof one === 'number'),
    () => `the axis ${axis} is not a number`,
  );
  const axes = util.parseAxisParam(axis, shape as number[]);
  demand(new Set(axes).size === axes.length, () => `the axes [${axis}] name one axis twice`);
  return axes;
}

/** The single axis given by `axis`, counted from the front. */
export function oneAxis(axis: number, shape: readonly number[]): number {
  const axes = distinctAxes(axis, shape);
  demand(typeof axis === 'number' && axes.length === 1, () => `[${axis}] is not one axis`);
  return axes[0]!;
}
