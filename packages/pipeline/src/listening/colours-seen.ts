/** Finds the named colour of a flower in an image, in the ring of the petals and in the middle. For photos and drawings of one flower. */

import type { RgbImage } from '@t2i/core';
import { colourDistance, rgbToOklab } from '@t2i/dataset';
import { COLOURS, type Colour } from './templates.ts';

type Rgb = readonly [red: number, green: number, blue: number];

/** Examples of each colour in light and shade, and of backgrounds: leaves, earth, darkness. A pixel has the name of the nearest. */
const EXAMPLES: Readonly<Record<Colour | 'none', readonly Rgb[]>> = {
  red: [
    [205, 25, 35],
    [150, 10, 20],
    [225, 55, 50],
  ],
  pink: [
    [250, 170, 195],
    [235, 110, 160],
    [220, 70, 145],
    [235, 195, 210],
  ],
  purple: [
    [125, 60, 180],
    [155, 95, 200],
    [95, 40, 130],
    [185, 145, 215],
    [150, 50, 150],
  ],
  blue: [
    [60, 80, 210],
    [95, 125, 220],
    [135, 155, 230],
  ],
  yellow: [
    [250, 215, 45],
    [240, 230, 95],
    [215, 180, 20],
  ],
  orange: [
    [245, 135, 30],
    [230, 100, 20],
    [250, 165, 70],
  ],
  white: [
    [250, 250, 248],
    [225, 225, 225],
    [235, 230, 215],
  ],
  none: [
    [60, 105, 45],
    [110, 150, 70],
    [145, 170, 90],
    [40, 60, 30],
    [15, 15, 15],
    [50, 50, 45],
    [110, 110, 105],
    [100, 70, 45],
  ],
};

const PAINTS = Object.entries(EXAMPLES).flatMap(([name, examples]) =>
  examples.map((rgb) => ({ name: name as Colour | 'none', paint: rgbToOklab(...rgb) })),
);

/** Distance from the middle, in sides of the image. */
const MIDDLE = 0.1;
const RING = { from: 0.12, to: 0.36 } as const;

/** The share of pixels of each colour in a region. */
export type Shares = Readonly<Record<Colour | 'none', number>>;

export interface ColoursSeen {
  /** The named colour with most pixels in the ring of the petals. Undefined if none has any. */
  readonly petals: Colour | undefined;
  readonly ring: Shares;
  readonly middle: Shares;
}

/** Measures an image that shows one flower, about in the middle. */
export function coloursSeen({ data, width, height }: RgbImage): ColoursSeen {
  const ring = emptyCounts();
  const middle = emptyCounts();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const distance = Math.hypot((x + 0.5) / width - 0.5, (y + 0.5) / height - 0.5);
      const place = distance < MIDDLE ? middle : distance >= RING.from && distance < RING.to ? ring : undefined;
      if (place === undefined) continue;
      const at = (y * width + x) * 3;
      place[nearestName(data[at]!, data[at + 1]!, data[at + 2]!)] += 1;
    }
  }
  const most = COLOURS.reduce((best, colour) => (ring[colour] > ring[best] ? colour : best));
  return { petals: ring[most] > 0 ? most : undefined, ring: sharesOf(ring), middle: sharesOf(middle) };
}

function nearestName(red: number, green: number, blue: number): Colour | 'none' {
  const seen = rgbToOklab(red, green, blue);
  let [name, least]: [Colour | 'none', number] = ['none', Number.POSITIVE_INFINITY];
  for (const example of PAINTS) {
    const distance = colourDistance(seen, example.paint);
    if (distance < least) [name, least] = [example.name, distance];
  }
  return name;
}

const emptyCounts = (): Record<Colour | 'none', number> =>
  Object.fromEntries([...COLOURS, 'none'].map((name) => [name, 0])) as Record<Colour | 'none', number>;

function sharesOf(counts: Readonly<Record<Colour | 'none', number>>): Shares {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0) || 1;
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / all])) as Shares;
}
