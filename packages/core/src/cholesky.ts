/** Systems of linear equations with a symmetric positive definite matrix, by its Cholesky factor in double precision. */

/**
 * Replaces a symmetric matrix A by its Cholesky factor L with A = L Lᵀ, in place.
 * @param lower the rows of A up to and with the diagonal: row i has i + 1 numbers
 * @param floor the least square of a number on the diagonal of L: larger than rounding where A may be singular
 */
export function choleskyFactor(lower: readonly Float64Array[], floor = 0): void {
  lower.forEach((row, i) => {
    for (let j = 0; j <= i; j++) {
      const other = lower[j]!;
      let sum = row[j]!;
      for (let k = 0; k < j; k++) sum -= row[k]! * other[k]!;
      row[j] = i === j ? Math.sqrt(Math.max(sum, floor)) : sum / other[j]!;
    }
  });
}

/** Solves L Lᵀ x = b for x, where L is a factor by `choleskyFactor`. */
export function choleskySolve(lower: readonly Float64Array[], b: Float64Array): Float64Array {
  const x = b.slice();
  for (let i = 0; i < x.length; i++) {
    const row = lower[i]!;
    for (let k = 0; k < i; k++) x[i]! -= row[k]! * x[k]!;
    x[i]! /= row[i]!;
  }
  for (let i = x.length - 1; i >= 0; i--) {
    x[i]! /= lower[i]![i]!;
    for (let k = 0; k < i; k++) x[k]! -= lower[i]![k]! * x[i]!;
  }
  return x;
}

/** The sum of the products of two vectors of one length, in double precision. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
