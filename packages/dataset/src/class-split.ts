/** Splits by classes. Each class is in one split only, so test captions describe flowers that training never used. */

import type { SplitName } from '@t2i/core';
import { ConfigError, DatasetError, Rng } from '@t2i/core';

export interface ClassSplitOptions {
  /** The seed of the assignment of classes. Default 0. */
  readonly seed?: number | undefined;
  /** Share of the classes for validation, 0 … 1. Default 0.1. */
  readonly val?: number | undefined;
  /** Share of the classes for test, 0 … 1. Default 0.2, like 20 of 102 in the paper. */
  readonly test?: number | undefined;
}

/**
 * The split of each of `classCount` classes, drawn with a seed.
 * @throws ConfigError for invalid shares
 * @throws DatasetError if fewer than two classes remain for training
 */
export function splitClasses(classCount: number, options: ClassSplitOptions = {}): SplitName[] {
  const { seed = 0, val = 0.1, test = 0.2 } = options;
  if (!(val >= 0 && test >= 0 && val + test < 1)) {
    throw new ConfigError(`The shares ${val} (val) and ${test} (test) must be ≥ 0 and leave something to train on.`);
  }
  const testCount = Math.round(test * classCount);
  const valCount = Math.round(val * classCount);
  if (classCount - testCount < 2) {
    throw new DatasetError(`${classCount} classes with ${testCount} kept for test leave too few to train on.`, {
      hint: 'A mismatching pair needs two classes: add a class, or lower the share of test.',
    });
  }
  const order = new Rng(seed).shuffle(Array.from({ length: classCount }, (_, k) => k));
  const splits = new Array<SplitName>(classCount).fill('train');
  order.slice(0, testCount).forEach((k) => {
    splits[k] = 'test';
  });
  order.slice(testCount, testCount + valCount).forEach((k) => {
    splits[k] = 'val';
  });
  return splits;
}
