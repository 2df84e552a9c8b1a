/** Mean and covariance of feature vectors, in float64 and batch by batch: the Gaussian for the Fréchet distance. */

import { assert, assertShape, type EmbeddingBatch } from '@t2i/core';
import { covarianceFactor } from './linear-algebra/covariance-factor.ts';
import { addRowProducts } from './linear-algebra/row-products.ts';

export interface Gaussian {
  readonly dim: number;
  /** Number of vectors of the estimate. */
  readonly count: number;
  readonly mean: Float64Array;
  /** Unbiased (divided by count − 1), [dim, dim]. */
  readonly covariance: Float64Array;
  /** Rows F [rank, dim] with FᵀF = covariance; computed at first use. */
  readonly factor: Float64Array;
}

/** Sums up features as they arrive. It keeps only the sums. */
export class GaussianSum {
  readonly dim: number;
  #count = 0;
  /** The first vector. Sums of differences from it lose no digits if the mean is large. */
  #origin: Float64Array | undefined;
  readonly #sum: Float64Array;
  readonly #products: Float64Array;

  constructor(dim: number) {
    this.dim = dim;
    this.#sum = new Float64Array(dim);
    this.#products = new Float64Array(dim * dim);
  }

  /** @param features [n, dim] */
  add({ data, shape }: EmbeddingBatch): void {
    const [n, dim] = shape;
    assertShape('features', data, shape);
    assert(dim === this.dim, `features of ${dim} numbers, not ${this.dim}`);
    if (n === 0) return;
    this.#origin ??= Float64Array.from(data.subarray(0, dim));
    const columns = new Float64Array(dim * n); // [dim, n], so that products of columns become products of rows
    for (let row = 0; row < n; row++) {
      for (let k = 0; k < dim; k++) {
        const value = data[row * dim + k]! - this.#origin[k]!;
        columns[k * n + row] = value;
        this.#sum[k]! += value;
      }
    }
    addRowProducts(columns, columns, n, this.#products);
    this.#count += n;
  }

  /** Needs at least two vectors. */
  gaussian(): Gaussian {
    const { dim } = this;
    const count = this.#count;
    assert(count >= 2, `a covariance needs at least 2 vectors, there are ${count}`);
    const covariance = new Float64Array(dim * dim);
    for (let i = 0; i < dim; i++) {
      for (let j = 0; j < dim; j++) {
        const product = this.#products[i * dim + j]! - (this.#sum[i]! * this.#sum[j]!) / count;
        covariance[i * dim + j] = product / (count - 1);
      }
    }
    return new EstimatedGaussian(
      count,
      this.#sum.map((sum, k) => this.#origin![k]! + sum / count),
      covariance,
    );
  }
}

class EstimatedGaussian implements Gaussian {
  readonly dim: number;
  readonly count: number;
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  #factor: Float64Array | undefined;

  constructor(count: number, mean: Float64Array, covariance: Float64Array) {
    this.dim = mean.length;
    this.count = count;
    this.mean = mean;
    this.covariance = covariance;
  }

  get factor(): Float64Array {
    this.#factor ??= covarianceFactor(this.covariance, this.dim);
    return this.#factor;
  }
}

/** The Gaussian of features in memory. */
export function gaussianOf(features: EmbeddingBatch): Gaussian {
  const sum = new GaussianSum(features.shape[1]);
  sum.add(features);
  return sum.gaussian();
}
