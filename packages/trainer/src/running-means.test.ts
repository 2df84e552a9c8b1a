import { expect, it } from 'vitest';
import { RunningMeans } from './running-means.ts';

it('averages since the last reset', () => {
  const means = new RunningMeans();
  means.add({ a: 1, b: 10 });
  means.add({ a: 2, b: 20 });
  expect(means.means()).toEqual({ a: 1.5, b: 15 });
  means.reset();
  expect(means.means()).toEqual({});
  means.add({ a: 7 });
  expect(means.means()).toEqual({ a: 7 });
});

it('continues from its state through JSON, to the last bit', () => {
  const whole = new RunningMeans();
  const first = new RunningMeans();
  const second = new RunningMeans();
  for (const value of [0.1, 0.2]) for (const m of [whole, first]) m.add({ loss: value });
  second.load(JSON.parse(JSON.stringify(first.state())));
  for (const m of [whole, second]) m.add({ loss: 0.7 });
  expect(second.means()).toEqual(whole.means());
});
