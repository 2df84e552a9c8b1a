/** A covariance as FᵀF (Cholesky with the largest remaining variance first; Higham 1990, "Analysis of the Cholesky decomposition of a semi-definite matrix"). */

/**
 * Rows F [rank, dim] with FᵀF equal to a symmetric matrix [dim, dim] without negative eigenvalues.
 * It stops when only rounding errors remain, so it also works with fewer samples than dimensions.
 */
export function covarianceFactor(covariance: Float64Array, dim: number): Float64Array {
  const left = Float64Array.from({ length: dim }, (_, i) => covariance[i * dim + i]!); // variance not yet explained
  const smallest = dim * Number.EPSILON * Math.max(0, ...left);
  const rows: Float64Array[] = [];
  while (rows.length < dim) {
    const pivot = left.reduce((best, value, i) => (value > left[best]! ? i : best), 0);
    if (!(left[pivot]! > smallest)) break;
    const row = covariance.slice(pivot * dim, (pivot + 1) * dim);
    for (const earlier of rows) {
      const weight = earlier[pivot]!;
      for (let k = 0; k < dim; k++) row[k]! -= weight * earlier[k]!;
    }
    const scale = 1 / Math.sqrt(left[pivot]!);
    for (let k = 0; k < dim; k++) {
      row[k]! *= scale;
      left[k]! -= row[k]! ** 2;
    }
    left[pivot] = 0;
    rows.push(row);
  }
  const factor = new Float64Array(rows.length * dim);
  for (const [i, row] of rows.entries()) factor.set(row, i * dim);
  return factor;
}
