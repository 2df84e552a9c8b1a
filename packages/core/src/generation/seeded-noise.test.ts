import { describe, expect, it } from 'vitest';
import { Rng } from '../rng.ts';
import golden from './__fixtures__/seeded-noise.json' with { type: 'json' };
import { createNoiseSource, seededNoise } from './seeded-noise.ts';

describe('createNoiseSource', () => {
  const noises = createNoiseSource(4);

  it.each(golden)('gives the noise that seed $seed gave at $path in version 0.1', ({ seed, path, noise }) => {
    expect([...createNoiseSource(5)(seed, path)]).toEqual(noise);
  });

  it('gives the noise of a seed in any order', () => {
    const rng = new Rng(7);
    const drawn = [rng.normal(4), rng.normal(4), rng.normal(4)];
    expect(noises(7, [2])).toEqual(drawn[2]);
    expect(noises(7, [0])).toEqual(drawn[0]);
    expect(noises(8, [0])).not.toEqual(drawn[0]);
  });

  it('gives the origin itself at index 0 of a further step', () => {
    expect(noises(7, [3, 0, 0])).toEqual(noises(7, [3]));
  });

  it('mixes an origin with noise of the next seeds', () => {
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

  it('keeps neighbours normally distributed and near their origin', () => {
    const many = createNoiseSource(20_000);
    const [origin, neighbour] = [many(1, [0]), many(1, [0, 5])];
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean([...neighbour].map((value) => value ** 2))).toBeCloseTo(1, 1);
    expect(mean([...neighbour].map((value, k) => value * origin[k]!))).toBeCloseTo(0.87, 1);
  });

  it('accepts the largest seeds', () => {
    expect(noises(Number.MAX_SAFE_INTEGER, [0, 1])).toHaveLength(4);
  });

  it('rejects an empty path', () => {
    expect(() => noises(7, [])).toThrow(/at least one index/);
  });
});

describe('seededNoise', () => {
  it('does not change the i-th vector with the count, also for odd lengths', () => {
    const [few, many] = [seededNoise(7, 2, 5), seededNoise(7, 6, 5)];
    expect(many.subarray(0, 10)).toEqual(few);
    expect([...many.subarray(10, 15)]).toEqual(golden[1]!.noise);
    expect(seededNoise(8, 2, 5)).not.toEqual(few);
  });
});
