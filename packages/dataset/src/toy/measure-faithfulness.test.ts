import type { ImageBatch } from '@t2i/core';
import { ConfigError, Rng } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import { cutViews, drawView } from '../transforms.ts';
import { measureFaithfulness } from './measure-faithfulness.ts';
import type { ToyFlowers } from './toy-flowers.ts';
import { createToyFlowers } from './toy-flowers.ts';

const COLOURS = ['petalColour', 'centreColour', 'background'] as const;

/** Every image of the set as training sees it: a random crop, mirrored half of the time. */
async function randomViews(flowers: ToyFlowers, side: number): Promise<ImageBatch> {
  const rng = new Rng(8);
  const views = Array.from({ length: flowers.size }, () => drawView(rng, flowers.storedSize, side));
  const pixels = await flowers.readImages([...flowers.labels.keys()]);
  return { data: cutViews(pixels, flowers.storedSize, views, side), shape: [flowers.size, side, side, 3] };
}

const oneCaptionEach = (flowers: ToyFlowers) => [...flowers.labels.keys()].map((item) => flowers.captions(item)[0]!);

/** Averages each pixel with its eight neighbours, binomial weights: an edge is spread over three pixels. */
function blur({ data, shape }: ImageBatch): ImageBatch {
  const [n, side] = shape;
  const clamp = (x: number) => Math.max(0, Math.min(side - 1, x));
  const out = data.map((_, i) => {
    const [k, x, y] = [i % 3, Math.floor(i / 3) % side, Math.floor(i / 3 / side) % side];
    const image = Math.floor(i / 3 / side / side) * side;
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const weight = (2 - Math.abs(dx)) * (2 - Math.abs(dy));
        sum += (weight / 16) * data[((image + clamp(y + dy)) * side + clamp(x + dx)) * 3 + k]!;
      }
    }
    return sum;
  });
  return { data: out, shape: [n, side, side, 3] };
}

const flowers = await createToyFlowers({ images: 300, seed: 21 });
const captions = oneCaptionEach(flowers);
const images = await randomViews(flowers, 32);

describe('measureFaithfulness', () => {
  it('reads drawn flowers right, cropped to 32 pixels and mirrored', () => {
    const { overall, perAttribute } = measureFaithfulness(images, captions);
    for (const attribute of COLOURS) expect(perAttribute[attribute]!.accuracy, attribute).toBeGreaterThanOrEqual(0.98);
    for (const attribute of ['petalCount', 'petalShape', 'size'] as const) {
      expect(perAttribute[attribute]!.accuracy, attribute).toBeGreaterThanOrEqual(0.95);
    }
    expect(overall).toBeGreaterThanOrEqual(0.98);
    expect(perAttribute.petalColour!.n).toBe(300);
  });

  it('reads colours and counts of soft and noisy images, as a GAN makes them', () => {
    const soft = blur(images);
    const noise = new Rng(3).normal(soft.data.length);
    const noisy = { ...soft, data: soft.data.map((value, i) => value + 0.08 * noise[i]!) };
    const { perAttribute } = measureFaithfulness(noisy, captions);
    for (const attribute of [...COLOURS, 'petalCount', 'size'] as const) {
      expect(perAttribute[attribute]!.accuracy, attribute).toBeGreaterThanOrEqual(0.95);
    }
  });

  it.each([76, 57])('reads larger images too: crops from %i', async (storedSize) => {
    const larger = await createToyFlowers({ images: 60, storedSize, seed: 22 });
    const batch = await randomViews(larger, Math.round((storedSize * 32) / 38));
    expect(measureFaithfulness(batch, oneCaptionEach(larger)).overall).toBeGreaterThanOrEqual(0.97);
  });

  it('is at chance for captions of other flowers', () => {
    const { overall, chance } = measureFaithfulness(images, new Rng(5).shuffle([...captions]));
    expect(Math.abs(overall - chance)).toBeLessThan(0.06);
    expect(chance).toBeLessThan(0.36);
  });

  it('is at chance or below for noise, and for one flower for every caption', () => {
    const noise = { data: images.data.map(() => 0), shape: images.shape };
    new Rng(6).fillNormal(noise.data);
    const one = { ...images, data: images.data.map((_, i) => images.data[i % (32 * 32 * 3)]!) };
    for (const batch of [noise, one]) {
      const { overall, chance, perAttribute } = measureFaithfulness(batch, captions);
      expect(overall).toBeLessThan(chance + 0.03);
      for (const attribute of Object.values(perAttribute))
        expect(attribute.accuracy).toBeLessThan(attribute.chance + 0.09);
    }
  });

  it.each([0, Number.NaN])('finds no flower where every pixel is %d, and says so by counting it as wrong', (value) => {
    const plain = { ...images, data: new Float32Array(images.data.length).fill(value) };
    const { perAttribute } = measureFaithfulness(plain, captions);
    expect(perAttribute.petalColour!.accuracy).toBe(0);
    expect(perAttribute.petalCount!.accuracy).toBe(0);
  });

  it('judges only what captions mention, and gives the best constant answer as chance', () => {
    const shown = flowers.attributes(0);
    const one = { data: images.data.slice(0, 4 * 32 * 32 * 3), shape: [4, 32, 32, 3] as const };
    const said = ['red petals', 'red petals', 'blue petals', 'a flower'];
    const { perAttribute, overall, chance } = measureFaithfulness(one, said);
    expect(Object.keys(perAttribute)).toEqual(['petalColour']);
    expect(perAttribute.petalColour).toEqual({ accuracy: 0, chance: 2 / 3, n: 3 });
    expect(shown.petalColour).toBe('white');
    expect({ overall, chance }).toEqual({ overall: 0, chance: 2 / 3 });
  });

  it('refuses what it cannot judge', () => {
    const batch = (n: number, height: number, width: number): ImageBatch => ({
      data: new Float32Array(n * height * width * 3),
      shape: [n, height, width, 3],
    });
    expect(() => measureFaithfulness(batch(1, 32, 32), ['red petals', 'blue petals'])).toThrow(ConfigError);
    expect(() => measureFaithfulness(batch(1, 16, 16), ['red petals'])).toThrow('at least 32 pixels');
    expect(() => measureFaithfulness(batch(1, 32, 40), ['red petals'])).toThrow('40 × 32');
    expect(() => measureFaithfulness(batch(1, 32, 32), ['hello'])).toThrow('None of the captions');
  });
});
