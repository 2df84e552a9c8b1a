import { Rng } from '@t2i/core';
import { relativeError } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import type { ToyFlowerAttributes } from './attributes.ts';
import { BACKGROUNDS, PETAL_COUNTS, PETAL_SHAPES } from './attributes.ts';
import { drawToyFlower } from './draw-toy-flower.ts';

const flower: ToyFlowerAttributes = {
  petalColour: 'pink',
  centreColour: 'yellow',
  petalShape: 'round',
  petalCount: 5,
  background: 'sky',
  size: 'large',
};

/** Positions, in pixels from the nearest edge, at which two images differ. */
function differences(a: Uint8Array, b: Uint8Array, side: number): number[] {
  const margins: number[] = [];
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    if ([0, 1, 2].some((k) => a[3 * i + k] !== b[3 * i + k])) margins.push(Math.min(x, y, side - 1 - x, side - 1 - y));
  }
  return margins;
}

describe('drawToyFlower', () => {
  it('draws the same image again, and another one from another seed', () => {
    const draw = (seed: number) => drawToyFlower(flower, 38, new Rng(seed)).data.join();
    expect(draw(1)).toBe(draw(1));
    expect(draw(1)).not.toBe(draw(2));
  });

  it('draws one flower at every side', () => {
    const small = drawToyFlower(flower, 38, new Rng(3)).data;
    const large = drawToyFlower(flower, 76, new Rng(3)).data;
    const halved = small.map((_, i) => {
      const [x, y, k] = [Math.floor(i / 3) % 38, Math.floor(i / 3 / 38), i % 3];
      const at = (dx: number, dy: number) => large[((2 * y + dy) * 76 + 2 * x + dx) * 3 + k]!;
      return (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4;
    });
    expect(relativeError(small, halved)).toBeLessThan(0.03);
  });

  it('keeps petals clear of the outer sixth, in every shape', () => {
    for (const petalShape of PETAL_SHAPES) {
      for (const petalCount of PETAL_COUNTS) {
        for (let seed = 0; seed < 10; seed++) {
          const draw = (petalColour: 'pink' | 'blue') =>
            drawToyFlower({ ...flower, petalShape, petalCount, petalColour }, 38, new Rng(seed)).data;
          const margins = differences(draw('pink'), draw('blue'), 38);
          expect(margins.length).toBeGreaterThan(100);
          expect(Math.min(...margins)).toBeGreaterThanOrEqual(5);
        }
      }
    }
  });

  it('changes with every attribute', () => {
    const draw = (changes: Partial<ToyFlowerAttributes>) =>
      drawToyFlower({ ...flower, ...changes }, 38, new Rng(4)).data;
    const images = [
      draw({}),
      draw({ petalColour: 'red' }),
      draw({ centreColour: 'brown' }),
      draw({ petalShape: 'pointed' }),
      draw({ petalCount: 6 }),
      draw({ size: 'small' }),
      ...BACKGROUNDS.filter((background) => background !== 'sky').map((background) => draw({ background })),
    ];
    expect(new Set(images.map((bytes) => bytes.join())).size).toBe(9);
  });
});
