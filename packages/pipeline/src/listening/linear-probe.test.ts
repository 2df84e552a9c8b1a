import { expect, it } from 'vitest';
import golden from './__fixtures__/golden.json' with { type: 'json' };
import { bestClass, fitProbe } from './linear-probe.ts';

const rows = (values: readonly (readonly number[])[]) => values.map((row) => Float32Array.from(row));

it('matches the primal solution of NumPy', () => {
  const probe = fitProbe(rows(golden.rows), golden.labels, 3);
  rows(golden.tests).forEach((row, i) => {
    probe(row).forEach((score, k) => {
      expect(score).toBeCloseTo(golden.scores[i]![k]!, 4);
    });
  });
});

it('separates linear classes, and predicts the prior without a signal', () => {
  const axis = rows([
    [1, 0],
    [0, 1],
    [1, 0.1],
    [0.1, 1],
  ]);
  const probe = fitProbe(axis, [0, 1, 0, 1], 2);
  expect(axis.map((row) => bestClass(probe(row)))).toEqual([0, 1, 0, 1]);
  const blind = fitProbe(rows([[1], [1], [1]]), [1, 1, 0], 2);
  expect(bestClass(blind(Float32Array.of(1)))).toBe(1);
});
