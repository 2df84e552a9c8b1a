import { describe, expect, it } from 'vitest';
import { Rng } from './rng.ts';
import { createNoises } from './seeded-noises.ts';

describe('createNoises', () => {
  const noises = createNoises(4);

  it('gives the noises of a seed in whatever order they are asked for', () => {
    const rng = new Rng(7);
    const drawn = [rng.normal(4), rng.normal(4), rng.normal(4)];
    expect(noises(7, [2])).toEqual(drawn[2]);
    expect(noises(7, [0])).toEqual(drawn[0]);
    expect(noises(8, [0])).not.toEqual(drawn[0]);
  });

  it('gives the origin itself for index 0 of a further step', () => {
    expect(noises(7, [3, 0, 0])).toEqual(noises(7, [3]));
  });

  it('mixes an origin with noises of the next seeds', () => {
    const [origin, other] = [noises(7, [3]), noises(8, [2])];
    const expected = [...origin].map((value, k) => Math.sqrt(0.75) * value + 0.5 * other[k]!);
    noises(7, [3, 2]).forEach((value, k) => {
      expect(value).toBeCloseTo(expected[k]!, 6);
    });
    const further = noises(9, [1]);
    noises(7, [3, 2, 1]).forEach((value, k) => {
      expect(value).toBeCloseTo(Math.sqrt(0.75) * expected[k]! + 0.5 * further[k]!, 6);
    });
  });

  it('keeps neighbours normal, and near to their origin', () => {
    const many = createNoises(20_000);
    const [origin, neighbour] = [many(1, [0]), many(1, [0, 5])];
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean([...neighbour].map((value) => value ** 2))).toBeCloseTo(1, 1);
    expect(mean([...neighbour].map((value, k) => value * origin[k]!))).toBeCloseTo(0.87, 1);
  });

  it('takes the largest seeds', () => {
    expect(noises(Number.MAX_SAFE_INTEGER, [0, 1])).toHaveLength(4);
  });

  it('refuses a path of nothing', () => {
    expect(() => noises(7, [])).toThrow(/at least one index/);
  });
});
