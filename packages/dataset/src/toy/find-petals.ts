/** Separates a flower's petals from the background by colour. */

import type { Background, PetalColour } from './attributes.ts';
import { BACKGROUNDS, PETAL_COLOURS } from './attributes.ts';
import type { Oklab } from './oklab.ts';
import { colourDistance, rgbToOklab, shadedDistance } from './oklab.ts';
import { BACKGROUND_RGB, PETAL_RGB } from './palette.ts';
import type { PixelGrid } from './pixel-grid.ts';
import { GRID_SIDE } from './pixel-grid.ts';
import { length } from './shapes.ts';

const CORNER = Math.round(GRID_SIDE / 5);
/** Petals lie within this distance of the middle; most of them, but not the flower's own centre, between the next two. */
const REACH = 0.44 * GRID_SIDE;
const INNER = 0.08 * GRID_SIDE;
const OUTER = 0.3 * GRID_SIDE;
/** A colour that is further than this from every petal colour is not a petal colour. */
const TOLERANCE = 0.12;
/** The fewest grid pixels of one petal colour that count as a flower. */
const MINIMUM_AREA = 16;

const PETAL_PAINTS = PETAL_COLOURS.map((name) => ({ name, paint: rgbToOklab(...PETAL_RGB[name]) }));

/** Colours in the four corners, which no flower reaches: every other pixel of every other row. */
export function cornerColours(grid: PixelGrid): Oklab[] {
  const inCorner = (x: number) => x % 2 === 0 && Math.min(x, GRID_SIDE - 1 - x) < CORNER;
  return grid.filter((_, i) => inCorner(i % GRID_SIDE) && inCorner(Math.floor(i / GRID_SIDE)));
}

/** The background with the colour nearest to the median of the corners. */
export function readBackground(corners: readonly Oklab[]): Background {
  const median = (k: 0 | 1 | 2) => corners.map((colour) => colour[k]).sort((a, b) => a - b)[corners.length >> 1]!;
  const typical: Oklab = [median(0), median(1), median(2)];
  return cheapest(BACKGROUNDS, (name) => colourDistance(typical, rgbToOklab(...BACKGROUND_RGB[name])));
}

export interface FoundPetals {
  readonly colour: PetalColour;
  /** How much of each grid pixel is petal, 0 … 1. */
  readonly mask: Float32Array;
}

/** The petals, or undefined if too few pixels have a petal colour. */
export function findPetals(grid: PixelGrid, corners: readonly Oklab[]): FoundPetals | undefined {
  const contrast = grid.map((colour, i) => (distanceFromMiddle(i) > REACH ? 0 : distanceToNearest(colour, corners)));
  const candidates = voteColours(grid, contrast);
  const colour = cheapest(PETAL_COLOURS, (name) => -candidates.get(name)!.votes);
  const { pixels } = candidates.get(colour)!;
  if (pixels.length < MINIMUM_AREA) return undefined;

  // the mean of the voting pixels is nearer to these petals than the palette colour
  const mean = (k: 0 | 1 | 2) => pixels.reduce((sum, i) => sum + grid[i]![k], 0) / pixels.length;
  const paint: Oklab = [mean(0), mean(1), mean(2)];
  const mask = Float32Array.from(grid, (pixel, i) => {
    const distance = shadedDistance(pixel, paint, 0.75, 1.15);
    if (distanceFromMiddle(i) > REACH || distance > 0.1) return 0;
    return Math.max(0, Math.min(1, 0.5 + (contrast[i]! - distance) / TOLERANCE));
  });
  return { colour, mask };
}

function distanceToNearest(colour: Oklab, others: readonly Oklab[]): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const other of others) smallest = Math.min(smallest, colourDistance(colour, other));
  return smallest;
}

interface Candidate {
  votes: number;
  pixels: number[];
}

/** Each pixel votes for the nearest petal colour, unless it is nearer to a colour of the corners. */
function voteColours(grid: PixelGrid, contrast: readonly number[]): Map<PetalColour, Candidate> {
  const candidates = new Map(PETAL_COLOURS.map((name): [PetalColour, Candidate] => [name, { votes: 0, pixels: [] }]));
  grid.forEach((colour, i) => {
    const radius = distanceFromMiddle(i);
    if (radius > REACH) return;
    const distances = PETAL_PAINTS.map(({ paint }) => shadedDistance(colour, paint, 0.72, 1.08));
    const distance = Math.min(...distances);
    if (!(distance <= Math.min(TOLERANCE, contrast[i]!))) return; // also true for NaN pixels
    const candidate = candidates.get(PETAL_PAINTS[distances.indexOf(distance)]!.name)!;
    candidate.votes += contrast[i]! * (radius > INNER && radius < OUTER ? 1 : 0.3);
    candidate.pixels.push(i);
  });
  return candidates;
}

function distanceFromMiddle(i: number): number {
  return length((i % GRID_SIDE) + 0.5 - GRID_SIDE / 2, Math.floor(i / GRID_SIDE) + 0.5 - GRID_SIDE / 2);
}

/** The value with the smallest cost; the first of equals. */
export function cheapest<V>(values: readonly V[], cost: (value: V) => number): V {
  const costs = values.map(cost);
  return values[costs.indexOf(Math.min(...costs))]!;
}
