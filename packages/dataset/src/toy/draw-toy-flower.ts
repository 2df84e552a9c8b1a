/** Draws one toy flower from its attributes. */

import type { RgbImage, Rng } from '@t2i/core';
import type { PetalShape, ToyFlowerAttributes } from './attributes.ts';
import { boundsAround, Canvas, EVERYWHERE } from './canvas.ts';
import { drawBackground } from './draw-background.ts';
import type { Rgb } from './oklab.ts';
import { CENTRE_RGB, jitterColour, PETAL_RGB } from './palette.ts';
import { CENTRE_SHARE, length, petalDistance, petalHalfWidth, smoothstep } from './shapes.ts';

/** Distance from the middle of a flower to the tips of its petals, relative to the stored side. */
const FLOWER_RADIUS = { small: 0.23, large: 0.312 } as const;

const STEM: Rgb = [86, 132, 58];
/** The seeds of a centre, in a unit disc: Vogel's sunflower spiral. */
const SEEDS = Array.from({ length: 40 }, (_, k) => {
  const reach = 0.95 * Math.sqrt((k + 0.5) / 40);
  const angle = k * Math.PI * (3 - Math.sqrt(5));
  return { x: reach * Math.cos(angle), y: reach * Math.sin(angle) };
});
/** The direction of the light: from above left. */
const LIGHT = { x: -0.6, y: -0.8 };

interface Petal {
  readonly cos: number;
  readonly sin: number;
  readonly length: number;
  readonly halfWidth: number;
  readonly brightness: number;
}

interface Flower {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly petals: readonly Petal[];
}

/**
 * One image, side × side. Position, rotation, colours, light and background vary with `rng`. The same attributes and generator state give the
 * same image at every side, up to its resolution. The flower avoids the outer sixth, so that a crop of 32 from 38 contains it completely.
 */
export function drawToyFlower(attributes: ToyFlowerAttributes, side: number, rng: Rng): RgbImage {
  const canvas = new Canvas(side);
  drawBackground(canvas, attributes.background, rng);
  const flower = placeFlower(attributes, rng);
  drawStem(canvas, flower, rng);
  drawPetals(canvas, flower, attributes.petalShape, jitterColour(PETAL_RGB[attributes.petalColour], rng));
  drawCentre(canvas, flower, jitterColour(CENTRE_RGB[attributes.centreColour], rng));
  return { data: canvas.toBytes(), width: side, height: side };
}

function placeFlower({ petalCount, petalShape, size }: ToyFlowerAttributes, rng: Rng): Flower {
  const radius = FLOWER_RADIUS[size] * rng.uniform(0.97, 1.03);
  const turn = rng.uniform(0, 2 * Math.PI);
  const halfWidth = petalHalfWidth(petalShape, petalCount);
  const petals = Array.from({ length: petalCount }, (_, k) => {
    const angle = turn + ((k + rng.uniform(-0.06, 0.06)) * 2 * Math.PI) / petalCount;
    return {
      cos: Math.cos(angle),
      sin: Math.sin(angle),
      length: radius * rng.uniform(0.95, 1),
      halfWidth: radius * halfWidth * rng.uniform(0.94, 1.02),
      brightness: rng.uniform(0.95, 1.03),
    };
  });
  return { x: rng.uniform(0.485, 0.515), y: rng.uniform(0.485, 0.515), radius, petals };
}

function drawStem(canvas: Canvas, { x: left, y: top }: Flower, rng: Rng): void {
  const colour = jitterColour(STEM, rng);
  const bend = rng.uniform(-0.25, 0.25);
  canvas.paint({ ...EVERYWHERE, top }, (x, y) => {
    const away = x - left - bend * (y - top) ** 2;
    canvas.blend(colour, canvas.coverage(Math.abs(away) - 0.016), 1 - 14 * away);
  });
}

function drawPetals(canvas: Canvas, { x: left, y: top, radius, petals }: Flower, shape: PetalShape, colour: Rgb): void {
  canvas.paint(boundsAround(left, top, 1.5 * radius), (x, y) => {
    const [dx, dy] = [x - left, y - top];
    let distance = Number.POSITIVE_INFINITY;
    let brightness = 1;
    for (const petal of petals) {
      const along = dx * petal.cos + dy * petal.sin;
      if (along < -0.1 * radius) continue; // on the other side of the flower
      const across = dy * petal.cos - dx * petal.sin;
      const candidate = petalDistance(shape, along, across, petal);
      if (candidate >= distance) continue;
      distance = candidate;
      brightness = petal.brightness * petalLight(petal, along, across);
    }
    const crease = 0.16 * smoothstep(-0.09 * radius, 0, distance);
    canvas.shade(1 - 0.4 * Math.exp(-Math.max(0, distance) / (0.1 * radius))); // the flower's shadow around it
    canvas.blend(colour, canvas.coverage(distance), brightness - crease);
  });
}

/** A petal looks hollow: it is darker at its base and along its vein, and brighter on the side that faces the light. */
function petalLight({ cos, sin, length, halfWidth }: Petal, along: number, across: number): number {
  const foot = 0.26 * (1 - smoothstep(0.2, 0.75, along / length));
  const vein = 0.07 * (1 - smoothstep(0, 0.14, Math.abs(across) / halfWidth));
  const facing = LIGHT.y * cos - LIGHT.x * sin;
  return 1.03 - foot - vein + (0.09 * facing * across) / halfWidth;
}

function drawCentre(canvas: Canvas, { x: left, y: top, radius: flowerRadius }: Flower, colour: Rgb): void {
  const radius = CENTRE_SHARE * flowerRadius;
  canvas.paint(boundsAround(left, top, 1.4 * radius), (x, y) => {
    const [dx, dy] = [x - left, y - top];
    const distance = length(dx, dy) - radius;
    const seed = 0.16 * (1 - smoothstep(0.04, 0.14, distanceToSeed(dx / radius, dy / radius)));
    const dome = (0.14 * (dx * LIGHT.x + dy * LIGHT.y)) / radius;
    canvas.shade(1 - 0.25 * Math.exp(-Math.max(0, distance) / (0.2 * radius)));
    canvas.blend(colour, canvas.coverage(distance), 0.92 + seed + dome - 0.12 * smoothstep(-0.3 * radius, 0, distance));
  });
}

function distanceToSeed(x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const seed of SEEDS) nearest = Math.min(nearest, (x - seed.x) ** 2 + (y - seed.y) ** 2);
  return Math.sqrt(nearest);
}
