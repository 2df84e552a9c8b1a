/**
 * Reads the attributes of a toy flower from its pixels by colour and geometry only, without learning.
 * It is made for generated images, so it tolerates soft edges, noise and a slightly displaced flower.
 */

import type { ImageBatch } from '@t2i/core';
import type { CentreColour, ToyFlowerAttributes } from './attributes.ts';
import { CENTRE_COLOURS } from './attributes.ts';
import { cheapest, cornerColours, findPetals, readBackground } from './find-petals.ts';
import type { Oklab } from './oklab.ts';
import { rgbToOklab, shadedDistance } from './oklab.ts';
import { CENTRE_RGB } from './palette.ts';
import type { FlowerPlace } from './petal-geometry.ts';
import { fitOutline, locateFlower, readRhythm } from './petal-geometry.ts';
import type { PixelGrid } from './pixel-grid.ts';
import { GRID_SIDE, toPixelGrid } from './pixel-grid.ts';

/** A flower whose tips reach further than this share of the side is large: halfway between the true sizes in a crop of 32 from 38. */
const LARGE_FROM = 0.3;
/** Width of the bell curve that averages the colour of a flower's centre, as a share of the radius. */
const CENTRE_WIDTH = 0.13;
const CENTRE_PAINTS = new Map(CENTRE_COLOURS.map((name) => [name, rgbToOklab(...CENTRE_RGB[name])]));

/** The attributes of image `index` of a batch of square images. Only the background if no flower is found. */
export function readToyFlower(images: ImageBatch, index: number): Partial<ToyFlowerAttributes> {
  const grid = toPixelGrid(images, index);
  const corners = cornerColours(grid);
  const background = readBackground(corners);
  const petals = findPetals(grid, corners);
  if (petals === undefined) return { background };
  const place = locateFlower(petals.mask);
  const rhythm = readRhythm(petals.mask, place);
  const { shape, radius } = fitOutline(petals.mask, place, rhythm);
  return {
    petalColour: petals.colour,
    centreColour: readCentre(grid, place),
    petalShape: shape,
    petalCount: rhythm.count,
    background,
    size: radius > LARGE_FROM * GRID_SIDE ? 'large' : 'small',
  };
}

function readCentre(grid: PixelGrid, { x, y, radius }: FlowerPlace): CentreColour {
  const sum: [number, number, number] = [0, 0, 0];
  let total = 0;
  grid.forEach((colour, i) => {
    const square = ((i % GRID_SIDE) + 0.5 - x) ** 2 + (Math.floor(i / GRID_SIDE) + 0.5 - y) ** 2;
    const weight = Math.exp(-square / (2 * (CENTRE_WIDTH * radius) ** 2));
    for (let k = 0; k < 3; k++) sum[k] = sum[k]! + weight * colour[k]!;
    total += weight;
  });
  const mean: Oklab = [sum[0] / total, sum[1] / total, sum[2] / total];
  return cheapest(CENTRE_COLOURS, (name) => shadedDistance(mean, CENTRE_PAINTS.get(name)!, 0.8, 1.1));
}
