/** Signed distances to the shapes of a flower (negative inside), after Quilez, "2D distance functions", and a smooth random field. */

import type { Rng } from '@t2i/core';
import type { PetalCount, PetalShape } from './attributes.ts';

/** Radius of a flower's centre, relative to the flower's radius. */
export const CENTRE_SHARE = 0.29;

/** The length of a vector, several times faster than `Math.hypot`, which guards against overflow. */
export function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

/** A lens with its tips at (0, ±halfLength), `halfWidth` wide to each side. Exact. */
export function lensDistance(x: number, y: number, halfLength: number, halfWidth: number): number {
  const radius = (halfLength * halfLength + halfWidth * halfWidth) / (2 * halfWidth);
  const offset = radius - halfWidth;
  const px = Math.abs(x);
  const py = Math.abs(y);
  const beyondTip = (py - halfLength) * offset > px * halfLength;
  return beyondTip ? length(px, py - halfLength) : length(px + offset, py) - radius;
}

/** An ellipse with half axes along x and y. First order: correct near the edge, where it is used. */
export function ellipseDistance(x: number, y: number, halfWidth: number, halfLength: number): number {
  const k1 = length(x / halfWidth, y / halfLength);
  const k2 = length(x / (halfWidth * halfWidth), y / (halfLength * halfLength));
  return k2 === 0 ? -Math.min(halfWidth, halfLength) : (k1 * (k1 - 1)) / k2;
}

/** Half the width at which petals of this count touch at their widest point, for petals of length 1. */
export function petalHalfWidth(shape: PetalShape, count: PetalCount): number {
  const pitch = Math.PI / count;
  return shape === 'round' ? Math.min(0.37, 0.62 * Math.sin(pitch)) : Math.min(0.24, 0.45 * Math.tan(pitch));
}

/** Distance to a petal in its own frame: `along` its axis from the flower's middle, and `across` it. */
export function petalDistance(
  shape: PetalShape,
  along: number,
  across: number,
  petal: { readonly length: number; readonly halfWidth: number },
): number {
  return shape === 'round'
    ? ellipseDistance(across, along - 0.6 * petal.length, petal.halfWidth, 0.4 * petal.length)
    : lensDistance(across, along - 0.5 * petal.length, 0.5 * petal.length, petal.halfWidth);
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothstep(low: number, high: number, x: number): number {
  const t = Math.max(0, Math.min(1, (x - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** A smooth field of values in 0 … 1 over the unit square, random at `cells` × `cells` lattice points. */
export function smoothNoise(rng: Rng, cells: number): (x: number, y: number) => number {
  const across = cells + 1;
  const lattice = Float32Array.from({ length: across * across }, () => rng.uniform());
  return (x, y) => {
    const column = Math.min(cells - 1, Math.floor(x * cells));
    const row = Math.min(cells - 1, Math.floor(y * cells));
    const s = smoothstep(0, 1, x * cells - column);
    const t = smoothstep(0, 1, y * cells - row);
    const i = row * across + column;
    const above = lattice[i]! * (1 - s) + lattice[i + 1]! * s;
    const below = lattice[i + across]! * (1 - s) + lattice[i + across + 1]! * s;
    return above * (1 - t) + below * t;
  };
}
