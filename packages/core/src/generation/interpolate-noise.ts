/** Interpolation between two noise vectors (Reed et al. 2016, figure 8, right). */

import { dot } from '../cholesky.ts';
import { assert } from '../shape.ts';

/**
 * `steps` noise vectors from one to another, both included, [steps, noiseDim].
 * 'spherical' keeps the length that N(0, 1) samples have; the straight line of 'linear' passes nearer to the origin.
 * @param steps at least 2
 */
export function interpolateNoise(
  from: Float32Array,
  to: Float32Array,
  steps: number,
  path: 'spherical' | 'linear' = 'spherical',
): Float32Array {
  assert(from.length === to.length, `the ends have ${from.length} and ${to.length} numbers`);
  assert(Number.isInteger(steps) && steps >= 2, `an interpolation needs at least 2 steps, got ${steps}`);
  const weights = path === 'spherical' ? slerp(from, to) : lerp;
  const rows = new Float32Array(steps * from.length);
  for (let step = 0; step < steps; step++) {
    const [a, b] = weights(step / (steps - 1));
    for (let k = 0; k < from.length; k++) rows[step * from.length + k] = a * from[k]! + b * to[k]!;
  }
  return rows;
}

/** Weights of the two ends at `t` of the way from one to the other. */
type Weights = (t: number) => readonly [from: number, to: number];

const lerp: Weights = (t) => [1 - t, t];

/** Shoemake 1985: constant angular speed along the great arc. Nearly parallel ends use the straight line. */
function slerp(from: Float32Array, to: Float32Array): Weights {
  const cosine = dot(from, to) / Math.sqrt(dot(from, from) * dot(to, to));
  const angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
  const sine = Math.sin(angle);
  if (!(sine > 1e-6)) return lerp;
  return (t) => [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
}
