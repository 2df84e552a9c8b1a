import { describe, expect, it } from 'vitest';
import { Rng } from '../rng.ts';
import { interpolateNoise } from './interpolate-noise.ts';

const length = (x: Float32Array) => Math.hypot(...x);

function expectClose(actual: Float32Array, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 6);
  });
}

describe('interpolateNoise', () => {
  it('follows the sphere at constant speed', () => {
    const walk = interpolateNoise(Float32Array.of(2, 0), Float32Array.of(0, 2), 4);
    const angle = (i: number) => Math.atan2(walk[2 * i + 1]!, walk[2 * i]!);
    for (let i = 0; i < 4; i++) {
      expect(length(walk.subarray(2 * i, 2 * i + 2))).toBeCloseTo(2, 5);
      expect(angle(i)).toBeCloseTo((i * Math.PI) / 6, 5);
    }
    const straight = interpolateNoise(Float32Array.of(2, 0), Float32Array.of(0, 2), 3, 'linear');
    expect([...straight]).toEqual([2, 0, 1, 1, 0, 2]);
  });

  it('keeps the length of long noise near √dim', () => {
    const rng = new Rng(1);
    const walk = interpolateNoise(rng.normal(1000), rng.normal(1000), 3);
    expect(length(walk.subarray(1000, 2000)) / Math.sqrt(1000)).toBeCloseTo(1, 1);
  });

  it('accepts equal, opposite and zero ends', () => {
    const one = Float32Array.of(1, 2);
    expectClose(interpolateNoise(one, one, 3), [1, 2, 1, 2, 1, 2]);
    expectClose(interpolateNoise(one, Float32Array.of(-1, -2), 3), [1, 2, 0, 0, -1, -2]);
    expectClose(interpolateNoise(new Float32Array(2), one, 3), [0, 0, 0.5, 1, 1, 2]);
  });

  it('rejects ends of different lengths and fewer than 2 steps', () => {
    expect(() => interpolateNoise(new Float32Array(2), new Float32Array(3), 4)).toThrow('2 and 3');
    expect(() => interpolateNoise(new Float32Array(2), new Float32Array(2), 1)).toThrow('at least 2');
  });
});
