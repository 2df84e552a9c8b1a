import { expect, it } from 'vitest';
import { choleskyFactor, choleskySolve, dot } from './cholesky.ts';
import { Rng } from './rng.ts';

const DIM = 12;

it('solves a system with a positive definite matrix', () => {
  const rng = new Rng(1);
  const rows = Array.from({ length: 2 * DIM }, () => Float64Array.from(rng.normal(DIM)));
  const matrix = Array.from({ length: DIM }, (_, i) =>
    Float64Array.from({ length: DIM }, (_, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
  );
  const expected = Float64Array.from(rng.normal(DIM));
  const lower = matrix.map((row, i) => row.slice(0, i + 1));
  choleskyFactor(lower);
  const solved = choleskySolve(
    lower,
    Float64Array.from(matrix, (row) => dot(row, expected)),
  );
  solved.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 10);
  });
});

it('gives the factor of a small matrix that is known', () => {
  const lower = [Float64Array.of(4), Float64Array.of(12, 37), Float64Array.of(-16, -43, 98)];
  choleskyFactor(lower);
  expect(lower.map((row) => [...row])).toEqual([[2], [6, 1], [-8, 5, 3]]);
});

it('keeps the diagonal of a singular matrix above the floor', () => {
  const lower = [Float64Array.of(1), Float64Array.of(1, 1)];
  choleskyFactor(lower, 1e-4);
  expect(lower[1]![1]).toBeCloseTo(1e-2, 12);
});
