/** GAN-INT: captions between captions (the paper, section 4.3, equation 5; main_cls_int.lua:325-347). */

import { assert, ConfigError, type Rng } from '@t2i/core';
import type { GanClsConfig } from './config.ts';

/**
 * n/2 embeddings, the i-th between a = row i and b = row i + n/2 of a batch of n.
 * 'fixed': β·a + (1−β)·b. 'random': (a + b)/2 + α·(b − a) with one α ~ U(−1, 1) a row, so also beyond a and b.
 * @throws ConfigError for an odd n
 */
export function interpolateBatch(
  embeddings: Float32Array,
  dim: number,
  { interpolation, interpolationBeta }: Pick<GanClsConfig, 'interpolation' | 'interpolationBeta'>,
  rng: Rng,
): Float32Array {
  assert(embeddings.length % dim === 0, `${embeddings.length} numbers are no whole rows of ${dim}`);
  const n = embeddings.length / dim;
  if (n % 2 !== 0) {
    throw new ConfigError(`Interpolating captions pairs the rows of a batch, and ${n} is odd.`, {
      hint: 'Choose an even batch size.',
    });
  }
  const half = n / 2;
  const rows = new Float32Array(half * dim);
  for (let row = 0; row < half; row++) {
    // the weight of the second caption
    const towards = interpolation === 'fixed' ? 1 - interpolationBeta : 0.5 + rng.uniform(-1, 1);
    for (let k = 0; k < dim; k++) {
      const first = embeddings[row * dim + k]!;
      const second = embeddings[(row + half) * dim + k]!;
      rows[row * dim + k] = first + towards * (second - first);
    }
  }
  return rows;
}
