/** Eigenvalues of a symmetric matrix: Householder's reflections to three diagonals, then QL with implicit shifts (Wilkinson & Reinsch 1971, II/2 and II/4). */

import { assert } from '@t2i/core';

/** More iterations than any matrix of finite numbers needs for one eigenvalue. */
const MAX_TURNS = 60;

/** The eigenvalues of a symmetric matrix [n, n], ascending. Reads only the lower triangle and does not change the matrix. */
export function symmetricEigenvalues(matrix: Float64Array, n: number): Float64Array {
  assert(matrix.length === n * n, `${matrix.length} numbers are no ${n} × ${n} matrix`);
  const { diagonal, beside } = tridiagonal(matrix.slice(), n);
  // Relative to the largest number this is rounding. It must not depend on neighbours, because those of zero eigenvalues are rounding too.
  const smallest =
    Number.EPSILON * diagonal.reduce((most, d, i) => Math.max(most, Math.abs(d) + Math.abs(beside[i]!)), 0);
  for (let i = 0; i < n; i++) isolate(diagonal, beside, i, smallest);
  return diagonal.sort();
}

/** The diagonal and the subdiagonal of a similar matrix: `beside[i]` couples i and i + 1. Overwrites the lower triangle. */
function tridiagonal(a: Float64Array, n: number): { diagonal: Float64Array; beside: Float64Array } {
  const beside = new Float64Array(n);
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k + 1 < n; k++) {
    const beta = reflection(a, n, k, v);
    if (beta === 0) {
      beside[k] = a[(k + 1) * n + k]!;
      continue;
    }
    beside[k] = v[k]!; // the column after the reflection
    productWithRest(a, n, k + 1, v, w);
    // A ← A − v·wᵀ − w·vᵀ, w = β·A·v − ½β²(vᵀAv)·v
    let overlap = 0;
    for (let i = k + 1; i < n; i++) overlap += v[i]! * w[i]!;
    const half = 0.5 * beta * beta * overlap;
    for (let i = k + 1; i < n; i++) w[i] = beta * w[i]! - half * v[i]!;
    for (let i = k + 1; i < n; i++) {
      const [vi, wi, row] = [v[i]!, w[i]!, i * n];
      for (let j = k + 1; j <= i; j++) a[row + j]! -= vi * w[j]! + wi * v[j]!;
    }
  }
  return { diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), beside };
}

/**
 * Computes the reflection I − β·v·vᵀ that maps column k below the diagonal onto its first entry. Stores its vector in `v[k + 1 …]`
 * and the resulting entry in `v[k]`. Returns β, or 0 if no reflection is needed.
 */
function reflection(a: Float64Array, n: number, k: number, v: Float64Array): number {
  let scale = 0;
  for (let i = k + 2; i < n; i++) scale = Math.max(scale, Math.abs(a[i * n + k]!));
  if (scale === 0) return 0;
  scale = Math.max(scale, Math.abs(a[(k + 1) * n + k]!));
  let square = 0;
  for (let i = k + 1; i < n; i++) {
    v[i] = a[i * n + k]! / scale; // so that squares neither overflow nor underflow
    square += v[i]! ** 2;
  }
  const first = v[k + 1]!;
  const length = first > 0 ? -Math.sqrt(square) : Math.sqrt(square);
  v[k + 1] = first - length;
  v[k] = length * scale;
  return 1 / (square - first * length);
}

/** w = A·v over the rows and columns from `start`. Reads only the lower triangle. */
function productWithRest(a: Float64Array, n: number, start: number, v: Float64Array, w: Float64Array): void {
  w.fill(0, start);
  for (let i = start; i < n; i++) {
    const [row, vi] = [i * n, v[i]!];
    let sum = a[row + i]! * vi;
    for (let j = start; j < i; j++) {
      const value = a[row + j]!;
      sum += value * v[j]!;
      w[j]! += value * vi;
    }
    w[i]! += sum;
  }
}

/** Rotates the matrix until entry i is an eigenvalue and decoupled from the rest. */
function isolate(diagonal: Float64Array, beside: Float64Array, i: number, smallest: number): void {
  for (let turn = 0; ; turn++) {
    let end = i;
    while (end + 1 < diagonal.length && !(Math.abs(beside[end]!) <= smallest)) end++;
    if (end === i) return;
    assert(turn < MAX_TURNS, `no eigenvalue after ${MAX_TURNS} turns: are all numbers finite?`);
    // Wilkinson's shift: the eigenvalue of the first two rows that is nearer to the first
    const ratio = (diagonal[i + 1]! - diagonal[i]!) / (2 * beside[i]!);
    const root = Math.hypot(ratio, 1);
    const shift = diagonal[i]! - beside[i]! / (ratio + (ratio >= 0 ? root : -root));
    chase(diagonal, beside, i, end, shift);
  }
}

/** One QL step on rows i … end: a rotation at the lower end, and further ones that chase the bulge upwards. */
function chase(diagonal: Float64Array, beside: Float64Array, i: number, end: number, shift: number): void {
  let [sine, cosine, moved] = [1, 1, 0];
  let g = diagonal[end]! - shift;
  for (let j = end - 1; j >= i; j--) {
    const f = sine * beside[j]!;
    const b = cosine * beside[j]!;
    const length = Math.hypot(f, g);
    beside[j + 1] = length;
    if (length === 0) {
      diagonal[j + 1]! -= moved; // already decoupled: restart from here
      beside[end] = 0;
      return;
    }
    sine = f / length;
    cosine = g / length;
    const rest = diagonal[j + 1]! - moved;
    const turned = (diagonal[j]! - rest) * sine + 2 * cosine * b;
    moved = sine * turned;
    diagonal[j + 1] = rest + moved;
    g = cosine * turned - b;
  }
  diagonal[i]! -= moved;
  beside[i] = g;
  beside[end] = 0;
}
