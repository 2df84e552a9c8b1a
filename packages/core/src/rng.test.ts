import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng, type RngState } from './rng.ts';

const golden = JSON.parse(readFileSync(new URL('./__fixtures__/rng.json', import.meta.url), 'utf8')) as Record<
  string,
  number[]
>;

const draws = (rng: Rng, n: number) => Array.from({ length: n }, () => rng.uint32());

describe('Rng', () => {
  it.each([0, 1, 42, -1, 2 ** 40 + 5])('equals an independent xoshiro128** for seed %d', (seed) => {
    expect(draws(new Rng(seed), 8)).toEqual(golden[String(seed)]);
  });

  it('equals the published sequence from state 1, 2, 3, 4', () => {
    const rng = Rng.fromState([1, 2, 3, 4]);
    expect(draws(rng, 8)).toEqual(golden['state 1,2,3,4']);
    expect(golden['state 1,2,3,4']!.slice(0, 2)).toEqual([11520, 0]);
  });

  it('draws normals by Box-Muller', () => {
    const expected = golden['normal 9']!;
    new Rng(9).normal(6).forEach((x, i) => {
      expect(x).toBeCloseTo(expected[i]!, 6);
    });
  });

  it('has the moments of N(0, 1)', () => {
    const x = new Rng(3).normal(200_001);
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.01);
  });

  it('continues exactly from a state that went through JSON', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(50), (seed, skip) => {
        const rng = new Rng(seed);
        draws(rng, skip);
        const state = JSON.parse(JSON.stringify(rng.getState())) as RngState;
        expect(draws(Rng.fromState(state), 5)).toEqual(draws(rng, 5));
      }),
    );
  });

  it('draws integers without leaving the range or favouring a value', () => {
    const rng = new Rng(5);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[rng.integer(7)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('shuffles to a permutation, in place', () => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    const shuffled = new Rng(1).shuffle([...items]);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });

  it('forks into a stream of its own', () => {
    const rng = new Rng(1);
    const fork = rng.fork();
    expect(draws(fork, 4)).not.toEqual(draws(rng, 4));
    expect(draws(new Rng(1).fork(), 4)).toEqual(draws(new Rng(1).fork(), 4));
  });

  it.each([0.5, Number.NaN, 2 ** 60])('refuses the seed %d', (seed) => {
    expect(() => new Rng(seed)).toThrow(/seed must be an integer/);
  });

  it('refuses a state that is not four words', () => {
    expect(() => Rng.fromState([0, 0, 0, 0])).toThrow(/random state/);
    expect(() => Rng.fromState([1, 2, 3] as unknown as RngState)).toThrow(/random state/);
    expect(() => Rng.fromState([1, 2, 3, -4])).toThrow(/random state/);
  });
});
