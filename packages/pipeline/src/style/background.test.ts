import { type ImageBatch, Rng } from '@t2i/core';
import { expect, it } from 'vitest';
import { backgroundCorrelation, borderColours } from './background.ts';

/** Images of 16×16 with a border of one colour each and something else in the middle. */
function framed(colours: readonly (readonly number[])[], inside: number): ImageBatch {
  const edge = (at: number) => at < 2 || at >= 14;
  const data = colours.flatMap((colour) =>
    Array.from({ length: 16 * 16 }, (_, i) =>
      edge(i % 16) || edge(Math.floor(i / 16)) ? [...colour] : [inside, inside, inside],
    ).flat(),
  );
  return { data: Float32Array.from(data), shape: [colours.length, 16, 16, 3] };
}

const random = (rng: Rng, n: number) => Array.from({ length: n }, () => [...rng.normal(3)]);

it('uses the colour of the border only', () => {
  const colours = borderColours(framed([[0.5, -0.25, 1]], 9));
  expect([...colours]).toEqual([0.5, -0.25, 1]);
});

it('is 1 for equal backgrounds, −1 for opposite, near 0 for unrelated, and 0 for constant ones', () => {
  const rng = new Rng(1);
  const colours = random(rng, 200);
  const images = framed(colours, 0);
  const opposite = framed(
    colours.map((colour) => colour.map((value) => 1 - 2 * value)),
    3,
  );
  expect(backgroundCorrelation(images, framed(colours, 3))).toBeCloseTo(1, 6);
  expect(backgroundCorrelation(images, opposite)).toBeCloseTo(-1, 6);
  expect(Math.abs(backgroundCorrelation(images, framed(random(rng, 200), 0)))).toBeLessThan(0.15);
  expect(
    backgroundCorrelation(
      images,
      framed(
        colours.map(() => [0, 0, 0]),
        0,
      ),
    ),
  ).toBe(0);
});
