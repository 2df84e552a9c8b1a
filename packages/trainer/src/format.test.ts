import { expect, it } from 'vitest';
import { shortDuration, shortNumber } from './format.ts';

it.each([
  [0.4, '0 s'],
  [59.6, '1 min 0 s'],
  [725, '12 min 5 s'],
  [7980, '2 h 13 min'],
  [273_600, '3 d 4 h'],
])('tells %d seconds as %s', (seconds, text) => {
  expect(shortDuration(seconds)).toBe(text);
});

it('keeps three digits', () => {
  expect([0.00012345, 0.5, 12.345, 99.95, 1234.5].map(shortNumber)).toEqual([
    '0.000123',
    '0.500',
    '12.3',
    '100',
    '1235',
  ]);
});
