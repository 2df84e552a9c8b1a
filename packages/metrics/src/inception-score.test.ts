import { expect, it } from 'vitest';
import { batch, GOLDEN, reordered } from './__fixtures__/golden.ts';
import { inceptionScore } from './inception-score.ts';

const probabilities = batch(GOLDEN.probabilities, GOLDEN.classes);

it('inceptionScore is that of SciPy, whole and in splits', () => {
  expect(inceptionScore(probabilities).mean).toBeCloseTo(GOLDEN.inception.mean!, 6);
  expect(inceptionScore(probabilities).standardDeviation).toBe(0);
  const split = inceptionScore(probabilities, { splits: 4 });
  expect(split.mean).toBeCloseTo(GOLDEN.inceptionSplit.mean!, 6);
  expect(split.standardDeviation).toBeCloseTo(GOLDEN.inceptionSplit.standardDeviation!, 6);
});

it('inceptionScore goes from 1 to the number of classes, in any order', () => {
  expect(inceptionScore(batch([0.5, 0.5, 0.5, 0.5], 2)).mean).toBeCloseTo(1, 12);
  expect(inceptionScore(batch([1, 0, 0, 0, 1, 0, 0, 0, 1], 3)).mean).toBeCloseTo(3, 6);
  expect(inceptionScore(reordered(probabilities, 1)).mean).toBeCloseTo(inceptionScore(probabilities).mean, 12);
  expect(() => inceptionScore(probabilities, { splits: 21 })).toThrow(/20 samples cannot be cut into 21/);
});
