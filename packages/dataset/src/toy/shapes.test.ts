import { Rng } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { ellipseDistance, lensDistance, petalDistance, petalHalfWidth, smoothNoise, smoothstep } from './shapes.ts';

describe('distances', () => {
  it('of a lens: its middle, its side, its tip, and beyond the tip', () => {
    expect(lensDistance(0, 0, 5, 2)).toBeCloseTo(-2);
    expect(lensDistance(2, 0, 5, 2)).toBeCloseTo(0);
    expect(lensDistance(0, -5, 5, 2)).toBeCloseTo(0);
    expect(lensDistance(0, 8, 5, 2)).toBeCloseTo(3);
  });

  it('of an ellipse: zero on its edge, exact for a circle', () => {
    expect(ellipseDistance(2, 0, 2, 5)).toBeCloseTo(0);
    expect(ellipseDistance(0, 5, 2, 5)).toBeCloseTo(0);
    expect(ellipseDistance(0, 0, 2, 5)).toBe(-2);
    expect(ellipseDistance(3, 4, 4, 4)).toBeCloseTo(1);
  });

  it('of both petals: from near the middle of the flower to their length', () => {
    for (const shape of ['round', 'pointed'] as const) {
      const petal = { length: 10, halfWidth: 10 * petalHalfWidth(shape, 5) };
      expect(petalDistance(shape, 10, 0, petal)).toBeCloseTo(0);
      expect(petalDistance(shape, 11, 0, petal)).toBeGreaterThan(0.9);
      expect(petalDistance(shape, 5, 0, petal)).toBeLessThan(-1);
    }
  });
});

it('smoothstep rises from 0 to 1', () => {
  expect([-1, 0, 0.5, 1, 2].map((x) => smoothstep(0, 1, x))).toEqual([0, 0, 0.5, 1, 1]);
});

it('smooth noise stays within 0 and 1, varies, and has no jumps, up to the edges', () => {
  const noise = smoothNoise(new Rng(1), 4);
  const values = Array.from({ length: 1001 }, (_, i) => noise(i / 1000, 1));
  const steps = values.slice(1).map((value, i) => Math.abs(value - values[i]!));
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThanOrEqual(1);
  expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(0.2);
  expect(Math.max(...steps)).toBeLessThan(0.01);
});
