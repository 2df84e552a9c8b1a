import { expect, it } from 'vitest';
import { niceTicks, tickLabel } from './axis.ts';

it.each([
  [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [0, 66_000, 6, [0, 20_000, 40_000, 60_000]],
  [10, 12, 4, [10, 10.5, 11, 11.5, 12]],
  [-1, 1, 2, [-1, 0, 1]],
  [3, 3, 4, [3]],
])('finds round numbers from %d to %d', (low, high, count, expected) => {
  expect(niceTicks(low, high, count)).toEqual(expected);
});

it('shortens large numbers', () => {
  expect([0, 0.25, 999, 1500, 66_000, 2e6].map(tickLabel)).toEqual(['0', '0.25', '999', '1.5k', '66k', '2M']);
});
