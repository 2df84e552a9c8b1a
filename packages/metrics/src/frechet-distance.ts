/**
 * The Fréchet distance of two Gaussians (Dowson & Landau 1982), which Heusel et al. 2017 (arXiv 1706.08500) use to compare images:
 * |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½).
 */

import { assert } from '@t2i/core';
import type { Gaussian } from './gaussian.ts';
import { rowProducts } from './linear-algebra/row-products.ts';
import { symmetricEigenvalues } from './linear-algebra/symmetric-eigenvalues.ts';

/**
 * At least 0; 0 for equal Gaussians, within rounding. It is in squared units of the features, so it depends on the extractor.
 * Estimates from few samples are too large: compare only equal numbers of samples.
 */
export function frechetDistance(a: Gaussian, b: Gaussian): number {
  assert(a.dim === b.dim, `Gaussians of ${a.dim} and ${b.dim} dimensions`);
  let distance = -2 * traceOfRoot(a, b);
  for (let i = 0; i < a.dim; i++) {
    distance += (a.mean[i]! - b.mean[i]!) ** 2;
    distance += a.covariance[i * a.dim + i]! + b.covariance[i * b.dim + i]!;
  }
  return Math.max(0, distance);
}

/**
 * tr (Σ₁Σ₂)^½. With Σ₂ = FᵀF the product has the eigenvalues of the symmetric matrix F·Σ₁·Fᵀ (and zeros),
 * so no root of a matrix that is not symmetric is needed.
 */
function traceOfRoot(a: Gaussian, b: Gaussian): number {
  const rank = b.factor.length / b.dim;
  const half = rowProducts(b.factor, a.covariance, a.dim); // F·Σ₁, since Σ₁ is symmetric
  const eigenvalues = symmetricEigenvalues(rowProducts(half, b.factor, b.dim), rank);
  return eigenvalues.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
}
