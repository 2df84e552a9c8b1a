import { ConfigError, DatasetError } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { splitClasses } from './class-split.ts';

const counts = (splits: readonly string[]) =>
  ['train', 'val', 'test'].map((name) => splits.filter((s) => s === name).length);

describe('splitClasses', () => {
  it('gives every class one split, in the shares asked for', () => {
    expect(counts(splitClasses(102))).toEqual([72, 10, 20]);
    expect(counts(splitClasses(102, { val: 0.2, test: 0.2 }))).toEqual([62, 20, 20]);
    expect(counts(splitClasses(7, { val: 0, test: 0 }))).toEqual([7, 0, 0]);
    expect(counts(splitClasses(2))).toEqual([2, 0, 0]);
  });

  it('is decided by the seed', () => {
    expect(splitClasses(50, { seed: 3 })).toEqual(splitClasses(50, { seed: 3 }));
    expect(splitClasses(50, { seed: 3 })).not.toEqual(splitClasses(50, { seed: 4 }));
  });

  it('does not just cut the list', () => {
    const positions = splitClasses(1000).flatMap((split, k) => (split === 'test' ? [k] : []));
    const mean = positions.reduce((sum, k) => sum + k, 0) / positions.length;
    expect(Math.abs(mean - 500)).toBeLessThan(60);
  });

  it('refuses invalid shares, and splits that leave too few classes to train on', () => {
    for (const options of [{ val: -0.1 }, { test: 1 }, { val: 0.5, test: 0.5 }, { val: Number.NaN }]) {
      expect(() => splitClasses(10, options)).toThrow(ConfigError);
    }
    expect(() => splitClasses(1)).toThrow(DatasetError);
    expect(() => splitClasses(3, { test: 0.6 })).toThrow(/3 classes with 2 kept for test/);
  });
});
