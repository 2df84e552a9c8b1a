/** Measures a flower from the mask of its petals: position, size, number and shape of petals. */

import type { PetalCount, PetalShape } from './attributes.ts';
import { PETAL_COUNTS, PETAL_SHAPES } from './attributes.ts';
import { GRID_SIDE } from './pixel-grid.ts';
import { CENTRE_SHARE, length, petalDistance, petalHalfWidth } from './shapes.ts';

const ANGLES = 96;
/** The tips of a ring or star of petals are at 1.4 times the root mean square of all distances to the middle. */
const TIPS_PER_RMS = 1.4;
/** Candidate sizes of outlines, relative to the first guess. */
const SCALES = Array.from({ length: 9 }, (_, i) => 0.84 + 0.04 * i);

/** How far a petal colours pixels beyond its outline, which depends on the sharpness of the image. */
const SPREADS = [0, 0.35, 0.7];

/** Outlines are compared outside this share of the radius, beyond the flower's centre. */
const CENTRE_MARGIN = CENTRE_SHARE + 0.05;

/** In grid pixels. */
export interface FlowerPlace {
  readonly x: number;
  readonly y: number;
  /** Distance from the middle to the tips. */
  readonly radius: number;
}

/** The mask's centre of mass and extent. Computes both again without pixels far outside, so that stray ones do no harm. */
export function locateFlower(mask: Float32Array): FlowerPlace {
  let place: FlowerPlace = { x: GRID_SIDE / 2, y: GRID_SIDE / 2, radius: GRID_SIDE };
  for (let round = 0; round < 4; round++) {
    let [mass, sumX, sumY, squares] = [0, 0, 0, 0];
    mask.forEach((weight, i) => {
      const x = (i % GRID_SIDE) + 0.5;
      const y = Math.floor(i / GRID_SIDE) + 0.5;
      const square = (x - place.x) ** 2 + (y - place.y) ** 2;
      if (weight === 0 || square > (1.2 * place.radius) ** 2) return;
      mass += weight;
      sumX += weight * x;
      sumY += weight * y;
      squares += weight * square;
    });
    if (mass === 0) break;
    place = { x: sumX / mass, y: sumY / mass, radius: TIPS_PER_RMS * Math.sqrt(squares / mass) };
  }
  return place;
}

/** The petals of a flower: their number, and the angle of one of them. */
export interface PetalRhythm {
  readonly count: PetalCount;
  readonly angle: number;
}

/** The number of petals with the strongest period around the flower (Fourier amplitude of the mask over the angle). */
export function readRhythm(mask: Float32Array, place: FlowerPlace): PetalRhythm {
  const profile = Array.from({ length: ANGLES }, (_, k) => petalAlongRay(mask, place, (k * 2 * Math.PI) / ANGLES));
  const waves = PETAL_COUNTS.map((count) => {
    const project = (wave: (angle: number) => number) =>
      profile.reduce((sum, value, k) => sum + value * wave((count * k * 2 * Math.PI) / ANGLES), 0);
    const [cosine, sine] = [project(Math.cos), project(Math.sin)];
    return { count, angle: Math.atan2(sine, cosine) / count, amplitude: length(cosine, sine) };
  });
  return waves.reduce((best, wave) => (wave.amplitude > best.amplitude ? wave : best));
}

export interface PetalOutline {
  readonly shape: PetalShape;
  /** Distance from the middle to the tips in grid pixels. */
  readonly radius: number;
}

/** The shape and size whose outline matches the mask best. */
export function fitOutline(mask: Float32Array, place: FlowerPlace, rhythm: PetalRhythm): PetalOutline {
  const pixels = foldOntoPetal(mask, place, rhythm);
  let best: PetalOutline & { readonly overlap: number } = { shape: 'round', radius: place.radius, overlap: -1 };
  for (const shape of PETAL_SHAPES) {
    for (const scale of SCALES) {
      const radius = scale * place.radius;
      const petal = { length: radius, halfWidth: radius * petalHalfWidth(shape, rhythm.count) };
      const overlap = bestOverlap(pixels, CENTRE_MARGIN * radius, ({ along, across }) =>
        petalDistance(shape, along, across, petal),
      );
      if (overlap > best.overlap) best = { shape, radius, overlap };
    }
  }
  return best;
}

/** A pixel of the mask in the frame of the nearest petal. */
interface FoldedPixel {
  readonly weight: number;
  readonly along: number;
  readonly across: number;
  readonly reach: number;
}

function foldOntoPetal(mask: Float32Array, { x, y, radius }: FlowerPlace, rhythm: PetalRhythm): FoldedPixel[] {
  const pitch = (2 * Math.PI) / rhythm.count;
  const pixels = Array.from(mask, (weight, i) => {
    const dx = (i % GRID_SIDE) + 0.5 - x;
    const dy = Math.floor(i / GRID_SIDE) + 0.5 - y;
    const reach = length(dx, dy);
    const turn = (Math.atan2(dy, dx) - rhythm.angle) / pitch;
    const angle = (turn - Math.round(turn)) * pitch; // from the axis of the nearest petal
    return { weight, reach, along: reach * Math.cos(angle), across: reach * Math.sin(angle) };
  });
  return pixels.filter(({ reach }) => reach < 1.4 * radius);
}

/** Dice coefficient of the mask and an outline, 0 … 1, outside the flower's centre, for the best spread. */
function bestOverlap(
  pixels: readonly FoldedPixel[],
  centreRadius: number,
  distanceTo: (pixel: FoldedPixel) => number,
): number {
  const petals = pixels.filter(({ reach }) => reach >= centreRadius);
  const distances = petals.map(distanceTo);
  const overlaps = SPREADS.map((spread) => {
    let [common, total] = [0, 0];
    petals.forEach(({ weight }, i) => {
      const drawn = Math.max(0, Math.min(1, 0.5 + spread - distances[i]!));
      common += Math.min(weight, drawn);
      total += weight + drawn;
    });
    return total === 0 ? 0 : (2 * common) / total;
  });
  return Math.max(...overlaps);
}

/** Mean of the mask on the outer half of a ray from the flower's middle. */
function petalAlongRay(mask: Float32Array, { x, y, radius }: FlowerPlace, angle: number): number {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const shares = [0.55, 0.67, 0.79, 0.91, 1.03, 1.15];
  const values = shares.map((share) => sampleMask(mask, x + share * radius * cos, y + share * radius * sin));
  return values.reduce((sum, value) => sum + value, 0) / shares.length;
}

/** Bilinear. */
function sampleMask(mask: Float32Array, x: number, y: number): number {
  const inside = (position: number) => Math.max(0, Math.min(GRID_SIDE - 1.001, position - 0.5));
  const [column, row] = [Math.floor(inside(x)), Math.floor(inside(y))];
  const [s, t] = [inside(x) - column, inside(y) - row];
  const i = row * GRID_SIDE + column;
  const above = mask[i]! * (1 - s) + mask[i + 1]! * s;
  const below = mask[i + GRID_SIDE]! * (1 - s) + mask[i + GRID_SIDE + 1]! * s;
  return above * (1 - t) + below * t;
}
