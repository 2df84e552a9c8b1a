import { Rng } from '@t2i/core';
import { describe, expect, it } from 'vitest';
import type { ToyFlowerAttributes } from './attributes.ts';
import { TOY_ATTRIBUTES, TOY_CLASSES } from './attributes.ts';
import { parseToyCaption } from './parse-caption.ts';
import { writeCaptions } from './write-captions.ts';

/** Flowers of all classes, the other attributes at random, with ten captions each. */
function captionedFlowers(count: number): { flower: ToyFlowerAttributes; captions: string[] }[] {
  const rng = new Rng(6);
  return Array.from({ length: count }, (_, i) => {
    const { petalColour, centreColour, petalShape } = TOY_CLASSES[i % TOY_CLASSES.length]!;
    const flower = {
      petalColour,
      centreColour,
      petalShape,
      petalCount: rng.pick(TOY_ATTRIBUTES.petalCount),
      background: rng.pick(TOY_ATTRIBUTES.background),
      size: rng.pick(TOY_ATTRIBUTES.size),
    };
    return { flower, captions: writeCaptions(flower, 10, rng.fork()) };
  });
}

const flowers = captionedFlowers(1200);
const all = flowers.flatMap(({ captions }) => captions);

describe('the captions of toy flowers', () => {
  it('are never wrong, and always say the colour of the petals', () => {
    for (const { flower, captions } of flowers) {
      for (const caption of captions) {
        const said = parseToyCaption(caption);
        expect(flower, caption).toMatchObject(said);
        expect(said.petalColour, caption).toBe(flower.petalColour);
      }
    }
  });

  it('say each other attribute about half of the time', () => {
    const said = all.map(parseToyCaption);
    const attributes = ['centreColour', 'petalShape', 'petalCount', 'background', 'size'] as const;
    for (const attribute of attributes) {
      const rate = said.filter((caption) => caption[attribute] !== undefined).length / said.length;
      expect(rate, attribute).toBeGreaterThan(0.4);
      expect(rate, attribute).toBeLessThan(0.8);
    }
  });

  it('differ within a flower, and mostly from one flower to the next', () => {
    for (const { captions } of flowers) expect(new Set(captions).size).toBe(10);
    expect(new Set(all).size).toBeGreaterThan(0.9 * all.length);
  });

  it('are tidy captions of moderate length', () => {
    for (const caption of all) {
      expect(caption).toMatch(/^[a-z0-9]+(,? [a-z0-9]+)+$/);
      expect(caption).not.toMatch(/\ba [aeio]|\ban [^aeio]|undefined/);
      expect(caption.length).toBeLessThan(201); // what the char-CNN-RNN reads
    }
  });
});

describe('parseToyCaption', () => {
  it.each<[string, Partial<ToyFlowerAttributes>]>([
    [
      'this flower has five pointed pink petals and a yellow centre',
      { petalColour: 'pink', petalCount: 5, petalShape: 'pointed', centreColour: 'yellow' },
    ],
    ['A small RED flower.', { petalColour: 'red', size: 'small' }],
    ['a pink flower with yellow petals', { petalColour: 'yellow' }],
    [
      'the centre of this large flower is white and its petals are blue',
      { petalColour: 'blue', centreColour: 'white', size: 'large' },
    ],
    ['a white flower in front of green leaves', { petalColour: 'white', background: 'leaves' }],
    ['yellow petals under a blue sky', { petalColour: 'yellow', background: 'sky' }],
    ['round, purple petals on a black background', { petalColour: 'purple', petalShape: 'round', background: 'dark' }],
    [
      '6-petalled orange bloom with a round green eye on sand',
      { petalColour: 'orange', petalCount: 6, centreColour: 'green', background: 'sand' },
    ],
    ['a flower with a green stem', {}],
    ['three petals', {}],
    ['', {}],
    ['🌸', {}],
  ])('reads “%s”', (caption, attributes) => {
    expect(parseToyCaption(caption)).toEqual(attributes);
  });

  it('takes 10,000 characters', () => {
    expect(parseToyCaption(`a red flower ${'and so on '.repeat(1000)}`)).toEqual({ petalColour: 'red' });
  });
});
