import { type ImageBatch, type RgbImage, Rng, toImageBatch } from '@t2i/core';
import { drawToyFlower, InMemoryDataset, TOY_ATTRIBUTES } from '@t2i/dataset';
import { describe, expect, it } from 'vitest';
import { coloursSeen } from './colours-seen.ts';
import { imageTable } from './listening-report.ts';
import { seeImages } from './see-images.ts';
import { seePhotos } from './see-photos.ts';

type Rgb = readonly [number, number, number];
const PAINT: Readonly<Record<string, Rgb>> = {
  red: [200, 25, 35],
  pink: [245, 165, 190],
  purple: [125, 60, 180],
  blue: [60, 80, 210],
  yellow: [250, 215, 45],
  orange: [245, 135, 30],
  white: [245, 245, 240],
};

/** A disc of petals on leaves, with a centre. */
function flower(petals: Rgb, centre: Rgb, side = 32): RgbImage {
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < side * side; i++) {
    const distance = Math.hypot((i % side) + 0.5 - side / 2, Math.floor(i / side) + 0.5 - side / 2) / side;
    data.set(distance < 0.1 ? centre : distance < 0.35 ? petals : [60, 105, 45], i * 3);
  }
  return { data, width: side, height: side };
}

describe('coloursSeen', () => {
  it.each(Object.entries(PAINT))('sees %s petals, and the colour of the centre', (name, paint) => {
    const seen = coloursSeen(flower(paint, PAINT[name === 'yellow' ? 'red' : 'yellow']!));
    expect(seen.petals).toBe(name);
    expect(seen.middle[name === 'yellow' ? 'red' : 'yellow']).toBe(1);
  });

  it('sees no petals in leaves', () => {
    expect(coloursSeen(flower([60, 105, 45], [60, 105, 45])).petals).toBeUndefined();
  });

  it('agrees with the toy flowers of @t2i/dataset', () => {
    const rng = new Rng(3);
    const names = TOY_ATTRIBUTES.petalColour.filter((name) => name in PAINT);
    const right = names.flatMap((petalColour) =>
      Array.from({ length: 4 }, () => {
        const centreColour = petalColour === 'yellow' ? 'brown' : 'yellow';
        const look = { petalShape: 'round', petalCount: 8, background: 'leaves', size: 'large' } as const;
        return coloursSeen(drawToyFlower({ ...look, petalColour, centreColour }, 64, rng)).petals === petalColour;
      }),
    );
    expect(right.filter(Boolean).length / right.length).toBeGreaterThan(0.9);
  });
});

describe('seeImages', () => {
  /** Generates the first colour that a caption names for petals, and the last one for the centre. */
  const obedient = {
    generate: async ({ captions, perCaption = 1 }: { captions: readonly string[]; perCaption?: number }) => {
      const named = captions[0]!.split(/\W+/).filter((word) => word in PAINT);
      const images = Array.from({ length: perCaption }, () => flower(PAINT[named[0]!]!, PAINT[named.at(-1)!]!));
      return toImageBatch(images) satisfies ImageBatch;
    },
  };

  it('counts images whose petals have the named colour', async () => {
    const seen = await seeImages(obedient, 2);
    expect(seen.every(({ named }) => named === 1)).toBe(true);
    expect(seen.find(({ text }) => text.includes('{edges}'))).toMatchObject({ other: 0 });
    expect(seen.find(({ text }) => text.includes('{centre}'))!.centre).toBeGreaterThan(5);
    expect(imageTable(seen)).toContain('| {petals} flower | 100.0 % |');
  });

  it('detects a generator of one colour', async () => {
    const red = { generate: async () => toImageBatch([flower(PAINT.red!, PAINT.red!)]) };
    const seen = await seeImages(red, 1);
    expect(seen.every(({ named }) => Math.abs(named - 1 / 7) < 1e-9)).toBe(true);
    expect(seen.find(({ text }) => text.includes('{edges}'))!.other).toBeCloseTo(1 / 7, 6);
  });
});

it('seePhotos uses photos whose captions name a single colour', async () => {
  const captions = (text: string, other: string) => [...Array<string>(9).fill(text), other];
  const photos = [flower(PAINT.red!, PAINT.red!), flower(PAINT.blue!, PAINT.red!), flower(PAINT.red!, PAINT.red!)];
  const dataset = new InMemoryDataset({
    name: 'three',
    storedSize: 32,
    classNames: ['a'],
    labels: Int32Array.of(0, 0, 0),
    splits: { train: Int32Array.of(0, 1, 2), val: new Int32Array(), test: new Int32Array() },
    captions: [captions('red petals', 'a flower'), captions('a red one', 'redder'), captions('red', 'a blue center')],
    images: Uint8Array.from(photos.flatMap(({ data }) => [...data])),
  });
  expect(await seePhotos(dataset)).toEqual([{ colour: 'red', photos: 2, right: 1 }]);
});
