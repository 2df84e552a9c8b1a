import { Rng } from '@t2i/core';
import { expect, it } from 'vitest';
import { measureReconstruction } from './reconstruction.ts';

const DIM = 20;
const noise = new Rng(1).normal(50 * DIM);

it('is exact for z itself; only the error depends on length', () => {
  expect(measureReconstruction(noise, noise, DIM)).toEqual({ error: 0, cosine: expect.closeTo(1, 6), recognised: 1 });
  const half = measureReconstruction(
    noise,
    noise.map((value) => value / 2),
    DIM,
  );
  expect(half).toEqual({ error: expect.closeTo(0.25, 1), cosine: expect.closeTo(1, 6), recognised: 1 });
});

it('gives error 1 for an encoder that returns 0, and chance for random guesses', () => {
  const zero = measureReconstruction(noise, new Float32Array(noise.length), DIM);
  const meanSquare = noise.reduce((sum, value) => sum + value ** 2, 0) / noise.length;
  expect(zero).toEqual({ error: expect.closeTo(meanSquare, 6), cosine: 0, recognised: 0 });
  const guess = measureReconstruction(noise, new Rng(2).normal(noise.length), DIM);
  expect(guess.error).toBeCloseTo(2, 0);
  expect(Math.abs(guess.cosine)).toBeLessThan(0.15);
  expect(guess.recognised).toBeLessThan(0.15);
});

it('counts recovered noises', () => {
  const z = Float32Array.of(1, 0, 0, 1);
  expect(measureReconstruction(z, Float32Array.of(1, 0.1, 0.2, 0.1), 2)).toMatchObject({ recognised: 0.5 });
});
