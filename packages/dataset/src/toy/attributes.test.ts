import { describe, expect, it } from 'vitest';
import { TOY_ATTRIBUTES, TOY_CLASSES } from './attributes.ts';

const inSplit = (split: string) => TOY_CLASSES.filter((flower) => flower.split === split);
const pairs = (split: string) =>
  new Set(inSplit(split).map((flower) => `${flower.petalColour} ${flower.centreColour}`));

describe('the classes of toy flowers', () => {
  it('are 60 different ones: 36 to train on, 8 to validate, 16 to test', () => {
    expect(new Set(TOY_CLASSES.map(({ name }) => name)).size).toBe(60);
    expect(['train', 'val', 'test'].map((split) => inSplit(split).length)).toEqual([36, 8, 16]);
  });

  it('show each value of each attribute in training, at least twice', () => {
    for (const attribute of ['petalColour', 'centreColour', 'petalShape'] as const) {
      for (const value of TOY_ATTRIBUTES[attribute]) {
        expect(inSplit('train').filter((flower) => flower[attribute] === value).length).toBeGreaterThanOrEqual(4);
      }
    }
  });

  it('keep whole pairs of petal and centre colour out of training, one of each petal colour', () => {
    const seen = pairs('train');
    for (const split of ['val', 'test']) expect([...pairs(split)].filter((pair) => seen.has(pair))).toEqual([]);
    expect([...pairs('val')].filter((pair) => pairs('test').has(pair))).toEqual([]);
    expect([...pairs('test')].map((pair) => pair.split(' ')[0])).toEqual(TOY_ATTRIBUTES.petalColour);
  });

  it('never put a centre on petals of its own colour', () => {
    for (const { petalColour, centreColour } of TOY_CLASSES) expect(petalColour).not.toBe(centreColour);
  });
});
