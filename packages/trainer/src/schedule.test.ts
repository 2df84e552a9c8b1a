import { describe, expect, it } from 'vitest';
import { parseTrainerConfig } from './config.ts';
import { epochAt, learningRateAt } from './schedule.ts';

describe('learningRateAt', () => {
  const config = parseTrainerConfig({});
  it.each([
    [1, 2e-4],
    [99, 2e-4],
    [100, 1e-4],
    [199, 1e-4],
    [200, 5e-5],
    [300, 2.5e-5],
    [400, 1.25e-5],
    [500, 6.25e-6],
    [599, 6.25e-6],
    [600, 3.125e-6],
  ])('is in epoch %i what the authors used, %d', (epoch, expected) => {
    expect(learningRateAt(epoch, config)).toBe(expected);
  });

  it('decays after the epoch as the authors of the encoder do', () => {
    const encoder = parseTrainerConfig({ learningRate: 7e-4, learningRateDecay: 0.98, decayEvery: 1, decayAt: 'end' });
    const rates = [1, 2, 3, 200].map((epoch) => learningRateAt(epoch, encoder));
    expect(rates).toEqual([7e-4, 7e-4 * 0.98, 7e-4 * 0.98 ** 2, 7e-4 * 0.98 ** 199]);
  });

  it('follows another decay', () => {
    const faster = parseTrainerConfig({ learningRate: 1, learningRateDecay: 0.1, decayEvery: 2 });
    expect([1, 2, 3, 4].map((epoch) => learningRateAt(epoch, faster))).toEqual([1, 0.1, 0.1, 0.1 ** 2]);
  });
});

it('counts epochs from 1', () => {
  expect([0, 1, 109, 110, 219, 220].map((done) => epochAt(done, 110))).toEqual([1, 1, 1, 2, 2, 3]);
});
