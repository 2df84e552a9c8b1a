/** The four backgrounds of a toy flower: leaves, darkness, sky, sand. */

import type { Rng } from '@t2i/core';
import type { Background } from './attributes.ts';
import type { Canvas } from './canvas.ts';
import { boundsAround, EVERYWHERE } from './canvas.ts';
import type { Rgb } from './oklab.ts';
import { BACKGROUND_RGB, jitterColour } from './palette.ts';
import { lensDistance, smoothNoise, smoothstep } from './shapes.ts';

const CLOUD: Rgb = [232, 241, 250];

/** Covers the whole canvas. */
export function drawBackground(canvas: Canvas, background: Background, rng: Rng): void {
  const colour = jitterColour(BACKGROUND_RGB[background], rng);
  DRAW[background](canvas, colour, rng);
}

const DRAW: Readonly<Record<Background, (canvas: Canvas, colour: Rgb, rng: Rng) => void>> = {
  leaves(canvas, colour, rng) {
    const noise = smoothNoise(rng, 6);
    canvas.paint(EVERYWHERE, (x, y) => canvas.blend(colour, 1, 0.6 + 0.45 * noise(x, y)));
    for (let leaf = 0; leaf < 16; leaf++) drawLeaf(canvas, jitterColour(colour, rng), rng);
  },

  dark(canvas, colour, rng) {
    const noise = smoothNoise(rng, 4);
    canvas.paint(EVERYWHERE, (x, y) => canvas.blend(colour, 1, 0.45 + 1.0 * noise(x, y)));
  },

  sky(canvas, colour, rng) {
    const broad = smoothNoise(rng, 3);
    const fine = smoothNoise(rng, 9);
    canvas.paint(EVERYWHERE, (x, y) => {
      canvas.blend(colour, 1, 0.9 + 0.12 * y);
      canvas.blend(CLOUD, 0.6 * smoothstep(0.5, 0.95, 0.72 * broad(x, y) + 0.28 * fine(x, y)));
    });
  },

  sand(canvas, colour, rng) {
    const broad = smoothNoise(rng, 3);
    const grain = smoothNoise(rng, 32);
    const tilt = rng.uniform(-0.4, 0.4);
    canvas.paint(EVERYWHERE, (x, y) => {
      const ripple = Math.sin(46 * (y + tilt * x) + 5 * broad(x, y));
      canvas.blend(colour, 1, 0.94 + 0.02 * ripple + 0.12 * (grain(x, y) - 0.5) + 0.08 * (broad(x, y) - 0.5));
    });
  },
};

function drawLeaf(canvas: Canvas, colour: Rgb, rng: Rng): void {
  const [left, top, angle] = [rng.uniform(), rng.uniform(), rng.uniform(0, Math.PI)];
  const halfLength = rng.uniform(0.1, 0.22);
  const halfWidth = halfLength * rng.uniform(0.3, 0.45);
  const brightness = rng.uniform(0.7, 1.3);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  canvas.paint(boundsAround(left, top, halfLength), (x, y) => {
    const across = (x - left) * cos + (y - top) * sin;
    const along = (y - top) * cos - (x - left) * sin;
    const coverage = canvas.coverage(lensDistance(across, along, halfLength, halfWidth));
    const midrib = 0.18 * (1 - smoothstep(0, 0.012, Math.abs(across)));
    canvas.blend(colour, 0.85 * coverage, brightness * (1 + midrib + (0.25 * across) / halfWidth));
  });
}
